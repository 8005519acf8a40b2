import { once } from "node:events";
import { startControlPlane } from "./control-plane.ts";

/** Starts a control plane, prints how to use it, and ends it when it is interrupted. */
const started = performance.now();
const cluster = await startControlPlane();
process.stderr.write(`${cluster.url} is ready after ${((performance.now() - started) / 1000).toFixed(1)} s; Ctrl-C ends it\n`);
process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
const alive = setInterval(() => {}, 1000);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
clearInterval(alive);
await cluster.stop();
