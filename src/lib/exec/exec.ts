import type { Readable } from "node:stream";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import { type RunOptions, type RunResult, run } from "./run.ts";
import { stream } from "./stream.ts";

type WithEnvironment<Options extends ChildOptions> = Omit<Options, "env"> & {
	/** Added to the base environment. */
	readonly env?: Readonly<Record<string, string>>;
};

/** Starts programs in one base environment (PATH, HOME, LANG), without a shell. */
export interface Exec {
	/** Runs to the end and returns what was printed. */
	run(program: string, args: readonly string[], options?: WithEnvironment<RunOptions>): Promise<RunResult>;
	/** Gives what is printed as a stream. */
	stream(program: string, args: readonly string[], options?: WithEnvironment<ChildOptions>): Readable;
	/** A long-lived program to talk to. */
	start(program: string, args: readonly string[], options?: WithEnvironment<ChildOptions>): Child;
}

/** `environment` is all that programs inherit; the composition root picks it. */
export function createExec({ environment }: { readonly environment: Readonly<Record<string, string>> }): Exec {
	const inherit = (env: Readonly<Record<string, string>> | undefined) => ({ ...environment, ...env });
	return {
		run: (program, args, options = {}) => run(program, args, { ...options, env: inherit(options.env) }),
		stream: (program, args, options = {}) => stream(program, args, { ...options, env: inherit(options.env) }),
		start: (program, args, options = {}) => startChild(program, args, { ...options, env: inherit(options.env) }),
	};
}
