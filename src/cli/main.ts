import { CommanderError } from "commander";
import { AppError, toAppError } from "../core/app-error.ts";
import { exitCode, exitCodeOf } from "./exit-codes.ts";
import { processIo } from "./io.ts";
import { createProgram } from "./program/program.ts";
import { showError } from "./show-error.ts";

/** npm passes on a Ctrl-C that its child has got from the terminal already: within this time it is the same one. */
const sameSignalMs = 500;
const interrupt = new AbortController();
let interruptedAt = 0;
for (const name of ["SIGINT", "SIGTERM"] as const) {
	process.on(name, () => {
		if (interrupt.signal.aborted && performance.now() - interruptedAt < sameSignalMs) return;
		if (interrupt.signal.aborted) process.exit(exitCode.interrupted);
		interruptedAt = performance.now();
		interrupt.abort(new AppError("Interrupted", { code: "Interrupted", kind: "unavailable" }));
	});
}
const io = processIo(interrupt.signal);

async function main(): Promise<number> {
	let code: number = exitCode.ok;
	const program = createProgram(io, (given) => {
		code = given ?? exitCode.ok;
	});
	try {
		if (process.argv.length <= 2) program.outputHelp();
		else await program.parseAsync();
		return code;
	} catch (error) {
		// Commander has said it already; its own codes for help and version are no errors.
		if (error instanceof CommanderError) return error.exitCode === 0 || error.code === "commander.help" ? exitCode.ok : exitCode.invalid;
		if (interrupt.signal.aborted) return exitCode.interrupted;
		const known = toAppError(error);
		io.err(showError(known, io.errPaint, process.stderr.isTTY ? process.stderr.columns : undefined));
		return exitCodeOf(known.kind);
	}
}

// Not process.exit: what was written to a pipe must get there.
process.exitCode = await main();
