// Runs in a worker thread: evaluates health scripts, and answers each.
import { parentPort } from "node:worker_threads";
import { createSandbox, type LuaAnswer, type Sandbox } from "./sandbox.ts";

export type { LuaAnswer } from "./sandbox.ts";

/** What the worker is asked for. */
export interface LuaWork {
	readonly script: string;
	/** What it is about; absent: the script is only read. */
	readonly object?: unknown;
}

let sandbox: Sandbox | undefined = await createSandbox();

async function answer({ script, object }: LuaWork): Promise<LuaAnswer> {
	try {
		const lua = (sandbox ??= await createSandbox());
		if (object !== undefined) return lua.run(script, object);
		const problem = lua.check(script);
		return problem === undefined ? { ok: true, given: false } : { ok: false, message: problem };
	} catch (error) {
		// A trap of the machine beneath: what it left is not used again.
		sandbox = undefined;
		return { ok: false, message: `Lua broke: ${error instanceof Error ? error.message : String(error)}` };
	}
}

parentPort?.on("message", (work: LuaWork) => void answer(work).then((given) => parentPort?.postMessage(given)));
parentPort?.postMessage(null);
