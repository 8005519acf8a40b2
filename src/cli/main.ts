import { CommanderError } from "commander";
import { AppError, toAppError } from "../core/app-error.ts";
import { exitCode, exitCodeOf } from "./exit-codes.ts";
import { processIo } from "./io.ts";
import { createProgram } from "./program/program.ts";
import { showError } from "./show-error.ts";

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
	process.on(name, () => {
		if (interrupt.signal.aborted) process.exit(exitCode.interrupted);
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
