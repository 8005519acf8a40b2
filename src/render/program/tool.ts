import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import { type RunResult, run } from "../../lib/exec/run.ts";
import type { Secret } from "../../lib/secret.ts";

/** Which program a renderer starts. */
export interface ToolOptions {
	/** Its name, `kustomize`, or an absolute path. */
	readonly program: string;
	/** Folders that it is looked for in, as in PATH. */
	readonly path: string;
	/** A version that is known to work. */
	readonly version: string;
	/** Where its makers say how it is installed. */
	readonly site: string;
	readonly timeoutMs: number;
	readonly maxOutputBytes: number;
	readonly maxMemoryBytes: number;
}

export interface ToolRun {
	/** What it is doing, for errors: `kustomize build shop/dev`. */
	readonly title: string;
	readonly cwd: string;
	/** The whole environment: nothing of the operator's own is handed on. */
	readonly env: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal | undefined;
	readonly secrets?: readonly Secret[];
	/** Exit codes that are answers; default only 0. */
	readonly okCodes?: readonly number[];
}

/** Starts one program, wherever it is installed. */
export type Tool = (args: readonly string[], options: ToolRun) => Promise<RunResult>;

/** Looks the program up at the first run. Errors: `unavailable` (ProgramMissing) where it is nowhere, and those of a run. */
export function createTool(options: ToolOptions): Tool {
	const { program, path, version, site, timeoutMs, maxOutputBytes, maxMemoryBytes } = options;
	const missing = (cause?: unknown): AppError =>
		new AppError(`The program ${program} is needed and was not found`, {
			code: "ProgramMissing",
			kind: "unavailable",
			hint: `Install ${program} ${version} or a later one of the same major version on this machine, so that it is on the PATH: ${site}`,
			cause,
		});
	let found: string | undefined;

	async function find(): Promise<string> {
		const candidates = isAbsolute(program)
			? [program]
			: path
					.split(delimiter)
					.filter((folder) => isAbsolute(folder))
					.map((folder) => join(folder, program));
		for (const candidate of candidates) {
			const isThere = await access(candidate, constants.X_OK).then(
				() => true,
				() => false,
			);
			if (isThere) return candidate;
		}
		throw missing();
	}

	return async (args, { title, cwd, env, signal, secrets = [], okCodes = [0] }) => {
		found ??= await find();
		try {
			return await run(found, args, { title, cwd, env, signal, secrets, okCodes, timeoutMs, maxOutputBytes, maxMemoryBytes });
		} catch (error) {
			if (!(error instanceof ExecError) || error.facts.cause !== "not-found") throw error;
			// It was there before: an upgrade may have put it elsewhere.
			found = undefined;
			throw missing(error);
		}
	};
}
