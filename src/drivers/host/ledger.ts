import { posix } from "node:path";
import type { ObjectKey } from "../../core/object.ts";
import type { Signature } from "./stat.ts";

/** What is known to stand at a path below the root. */
export interface LedgerEntry {
	readonly path: string;
	readonly application: string;
	readonly key: ObjectKey;
	/** Compares what stands there with what was applied; cheap while nothing was touched. Undefined where it is as applied. */
	check(entry: LedgerEntry): string | undefined;
	/** As it was when its content was last known to be right. */
	signature: Signature;
	/** SHA-256 of the content, or whatever `check` compares. */
	readonly expected: string;
	/** What was last told about it, so that it is told once; undefined while it is as applied. */
	problem?: string | undefined;
}

/** Which Object stands at which path, over all Applications of the Environment: two never share one. */
export interface Ledger {
	at(path: string): LedgerEntry | undefined;
	/** Entries directly in a folder, by name. */
	within(folder: string): ReadonlyMap<string, LedgerEntry> | undefined;
	put(entry: LedgerEntry): void;
	/** Removes the entry where it is still that Object's. */
	remove(path: string, key: ObjectKey): void;
}

export function folderOf(path: string): string {
	const folder = posix.dirname(path);
	return folder === "." ? "" : folder;
}

export function createLedger(): Ledger {
	const folders = new Map<string, Map<string, LedgerEntry>>();
	return {
		at: (path) => folders.get(folderOf(path))?.get(posix.basename(path)),
		within: (folder) => folders.get(folder),
		put(entry) {
			const folder = folderOf(entry.path);
			let entries = folders.get(folder);
			if (entries === undefined) {
				entries = new Map();
				folders.set(folder, entries);
			}
			entries.set(posix.basename(entry.path), entry);
		},
		remove(path, key) {
			const folder = folderOf(path);
			const entries = folders.get(folder);
			const name = posix.basename(path);
			if (entries?.get(name)?.key !== key) return;
			entries.delete(name);
			if (entries.size === 0) folders.delete(folder);
		},
	};
}
