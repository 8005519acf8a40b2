import { createHash } from "node:crypto";
import type { RunResult } from "../../lib/exec/run.ts";

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
	const known = new Map<string, Output>();
	let bytes = 0;

	return async (args, files, make) => {
		const key = keyOf(args, files);
		const before = known.get(key);
		if (before !== undefined) {
			known.delete(key);
			known.set(key, before);
			return before;
		}
		const { stdout, stderr } = await make();
		const output = { stdout, stderr };
		if (known.has(key)) return output;
		known.set(key, output);
		bytes += stdout.length;
		for (const [oldest, { stdout: gone }] of known) {
			if (bytes <= maxBytes) break;
			known.delete(oldest);
			bytes -= gone.length;
		}
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
