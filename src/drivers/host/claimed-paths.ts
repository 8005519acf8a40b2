import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ObjectKey } from "../../core/object.ts";

/** Paths of Objects whose name is not their path, noted before they are made: what a kill leaves without a record is found by them. */
export interface ClaimedPaths {
	has(key: ObjectKey): boolean;
	/** Oldest first. */
	of(key: ObjectKey): readonly string[];
	/** One more path at which something of the Object may stand. */
	note(key: ObjectKey, path: string): void;
	/** Nothing of it stands elsewhere; without a path nowhere. */
	settle(key: ObjectKey, path: string | undefined): void;
}

const pathsSchema = z.array(z.string());

export function openClaimedPaths(folder: string): ClaimedPaths {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const known = new Set(readdirSync(folder));
	const nameOf = (key: ObjectKey): string => createHash("sha256").update(key).digest("hex").slice(0, 40);

	function read(name: string): readonly string[] {
		if (!known.has(name)) return [];
		try {
			return pathsSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
		} catch {
			// Cut off by a power failure; the records in the store are what counts then.
			return [];
		}
	}

	function write(name: string, paths: readonly string[]): void {
		if (paths.length === 0) {
			if (known.delete(name)) rmSync(join(folder, name), { force: true });
			return;
		}
		const next = join(folder, ".next");
		writeFileSync(next, JSON.stringify(paths), { mode: 0o600 });
		renameSync(next, join(folder, name));
		known.add(name);
	}

	return {
		has: (key) => known.size > 0 && known.has(nameOf(key)),
		of: (key) => (known.size === 0 ? [] : read(nameOf(key))),
		note(key, path) {
			const name = nameOf(key);
			const paths = read(name);
			if (!paths.includes(path)) write(name, [...paths, path]);
		},
		settle(key, path) {
			const name = nameOf(key);
			const paths = read(name);
			if (paths.length !== (path === undefined ? 0 : 1) || paths[0] !== path) write(name, path === undefined ? [] : [path]);
		},
	};
}
