import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ObjectKey } from "../../core/object.ts";
import { errnoOf } from "./fs-error.ts";

/** Paths of Objects whose name is not their path, noted before they are made: what a kill leaves without a record is found by it. */
export interface ClaimedPaths {
	note(key: ObjectKey, path: string): void;
	get(key: ObjectKey): string | undefined;
	forget(key: ObjectKey): void;
}

export function openClaimedPaths(folder: string): ClaimedPaths {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = (key: ObjectKey): string => join(folder, createHash("sha256").update(key).digest("hex").slice(0, 40));
	return {
		note: (key, path) => writeFileSync(file(key), path, { mode: 0o600 }),
		get(key) {
			try {
				const path = readFileSync(file(key), "utf8");
				return path === "" ? undefined : path;
			} catch (error) {
				if (errnoOf(error) === "ENOENT") return undefined;
				throw error;
			}
		},
		forget: (key) => rmSync(file(key), { force: true }),
	};
}
