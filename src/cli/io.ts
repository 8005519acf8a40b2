import { createPaint, type Paint } from "./text/paint.ts";

/** Where a command reads and writes. */
export interface Io {
	/** What was asked for. */
	out(text: string): void;
	/** What is said about it: errors, hints, progress. */
	err(text: string): void;
	readonly paint: Paint;
	readonly errPaint: Paint;
	/** Columns of the terminal; undefined where the output goes elsewhere and nothing is cut. */
	readonly width: number | undefined;
	/** Whether progress may be drawn. */
	readonly progress: boolean;
	readonly env: NodeJS.ProcessEnv;
	readonly cwd: string;
	/** Aborted by Ctrl-C. */
	readonly signal: AbortSignal;
}

/** The process's own terminal, pipes and environment. */
export function processIo(signal: AbortSignal): Io {
	const { stdout, stderr, env } = process;
	for (const stream of [stdout, stderr]) {
		// The reader left, as `| head` does: there is no one to write for.
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EPIPE") process.exit(0);
			throw error;
		});
	}
	return {
		out: (text) => void stdout.write(text),
		err: (text) => void stderr.write(text),
		paint: createPaint(colours(stdout.isTTY, env)),
		errPaint: createPaint(colours(stderr.isTTY, env)),
		width: stdout.isTTY ? Math.max(stdout.columns || 80, 40) : undefined,
		progress: stderr.isTTY && env["TERM"] !== "dumb" && env["CI"] === undefined,
		env,
		cwd: process.cwd(),
		signal,
	};
}

function colours(terminal: boolean | undefined, env: NodeJS.ProcessEnv): boolean {
	if (env["NO_COLOR"]) return false;
	if (env["FORCE_COLOR"]) return env["FORCE_COLOR"] !== "0";
	return terminal === true && env["TERM"] !== "dumb";
}
