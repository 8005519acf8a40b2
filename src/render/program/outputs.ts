import { createHash } from "node:crypto";
import type { RunResult } from "../../lib/exec/run.ts";
import { createLru } from "../../lib/lru.ts";

/** What a program printed. */
export type Output = Pick<RunResult, "stdout" | "stderr">;

/**
 * Remembers what programs printed, by all that they were given: the same files and arguments give the same output. Gives what is known, or
 * runs `make`.
 */
export type Outputs = (
	args: readonly string[],
	files: ReadonlyMap<string, Buffer | string>,
	make: () => Promise<Output>,
) => Promise<Output>;

/** Keeps at most `maxBytes`; what was not used for longest goes first. */
export function createOutputs(maxBytes: number): Outputs {
	const known = createLru<Output>(maxBytes);
	return async (args, files, make) => {
		const key = keyOf(args, files);
		const before = known.get(key);
		if (before !== undefined) return before;
		const { stdout, stderr } = await make();
		const output = { stdout, stderr };
		known.set(key, output, stdout.length + stderr.length);
		return output;
	};
}

function keyOf(args: readonly string[], files: ReadonlyMap<string, Buffer | string>): string {
	const hash = createHash("sha256").update(JSON.stringify(args));
	for (const path of [...files.keys()].sort()) {
		const content = files.get(path) ?? "";
		hash.update(`\0${path}\0${Buffer.byteLength(content)}\0`).update(content);
	}
	return hash.digest("hex");
}
