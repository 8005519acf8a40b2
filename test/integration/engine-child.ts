import { systemClock } from "../../src/lib/system-clock.ts";
import { compose } from "../../src/server.ts";
import { quiet } from "./quiet.ts";

/** A Gitward without its API, to be killed: `engine-child.ts CONTROL STATE`. Says `started` when it works. */
const [control, state] = process.argv.slice(2);
if (control === undefined || state === undefined) throw new Error("usage: engine-child.ts CONTROL STATE");
const { engine } = await compose({ control, state, environment: process.env, clock: systemClock, log: quiet });
process.stdout.write("opened\n");
await engine.start();
process.stdout.write("started\n");
setInterval(() => {}, 1000);
