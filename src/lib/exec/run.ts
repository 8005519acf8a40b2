import { Readable } from "node:stream";
import { type ChildOptions, startChild } from "./child.ts";
import { ExecError } from "./exec-error.ts";

export interface RunOptions extends ChildOptions {
	/** Written to its standard input, which is then closed. */
	readonly input?: string | Buffer | Readable;
	/** Default 16 MiB; more ends the program with an error. */
	readonly maxOutputBytes?: number;
	/** Exit codes that are answers and not failures; default only 0. */
	readonly okCodes?: readonly number[];
	/** Default 60 s. */
	readonly timeoutMs?: number;
}

export interface RunResult {
	readonly stdout: Buffer;
	/** The end of it, at most 32 KiB, secrets masked. */
	readonly stderr: string;
	readonly code: number;
}

/** Runs a program to its end and returns what it printed. Throws ExecError, also for exit codes not in `okCodes`. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
	const { input, maxOutputBytes = 16 * 1024 * 1024, okCodes = [0] } = options;
	const child = startChild(program, args, { ...options, timeoutMs: options.timeoutMs ?? 60_000 });
	const chunks: Buffer[] = [];
	let size = 0;
	child.stdout.on("data", (chunk: Buffer) => {
		size += chunk.length;
		if (size > maxOutputBytes) child.stop("output", maxOutputBytes);
		else chunks.push(chunk);
	});
	if (input instanceof Readable) {
		input.once("error", () => child.stop("failed"));
		input.pipe(child.stdin);
	} else child.stdin.end(input);
	try {
		await child.finished;
		return { stdout: Buffer.concat(chunks), stderr: child.stderr(), code: 0 };
	} catch (error) {
		const code = error instanceof ExecError && error.facts.cause === "failed" ? error.facts.exitCode : undefined;
		if (code === undefined || !okCodes.includes(code)) throw error;
		return { stdout: Buffer.concat(chunks), stderr: child.stderr(), code };
	}
}
