import { startControlPlane } from "./control-plane.ts";

/** Starts a control plane, says what it started, and waits to be killed. */
const controlPlane = await startControlPlane({ nodes: 0 });
process.stdout.write(`${JSON.stringify({ pids: Object.values(controlPlane.pids()), folder: controlPlane.folder })}\n`);
setInterval(() => {}, 1000);
