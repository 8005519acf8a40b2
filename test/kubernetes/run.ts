import { once } from "node:events";
import { dirname } from "node:path";
import { startControlPlane } from "./control-plane.ts";
import { programPath } from "./programs.ts";

/** Starts a control plane, prints how to use it, and ends it when it is interrupted. */
const started = performance.now();
const cluster = await startControlPlane();
process.stderr.write(`${cluster.url} is ready after ${((performance.now() - started) / 1000).toFixed(1)} s; Ctrl-C ends it\n`);
const folders = ["kustomize", "helm"].map((program) => dirname(programPath(program)));
process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\nexport PATH="$PATH:${folders.join(":")}"\n`);
const alive = setInterval(() => {}, 1000);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
clearInterval(alive);
await cluster.stop();
