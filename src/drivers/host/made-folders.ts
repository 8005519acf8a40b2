import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { errnoOf } from "./fs-error.ts";

/** Folders that Gitward made on the way to an Object's path: only those are removed again, when they are empty. */
export interface MadeFolders {
	has(path: string): boolean;
	/** Recorded before the folder is made, so that a kill in between forgets none. */
	add(path: string): void;
	remove(path: string): void;
	close(): void;
}

/** Opens the journal: lines of `+path` or `-path`, each a JSON text. */
export function openMadeFolders(file: string): MadeFolders {
	const paths = new Set<string>();
	let lines = 0;
	for (const line of read(file).split("\n")) {
		if (line === "") continue;
		lines += 1;
		const path = parse(line.slice(1));
		if (path === undefined) continue;
		if (line.startsWith("+")) paths.add(path);
		else paths.delete(path);
	}
	if (lines > 2 * paths.size + 100) compact(file, paths);
	let journal: number | undefined;
	const append = (line: string): void => {
		journal ??= openSync(file, "a", 0o600);
		appendFileSync(journal, line);
	};
	return {
		has: (path) => paths.has(path),
		add(path) {
			if (paths.has(path)) return;
			append(`+${JSON.stringify(path)}\n`);
			paths.add(path);
		},
		remove(path) {
			if (paths.delete(path)) append(`-${JSON.stringify(path)}\n`);
		},
		close() {
			if (journal !== undefined) closeSync(journal);
			journal = undefined;
		},
	};
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return "";
		throw error;
	}
}

/** A line that a crash cut off is no JSON text: it is passed over. */
function parse(text: string): string | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "string" ? value : undefined;
	} catch {
		return undefined;
	}
}

function compact(file: string, paths: ReadonlySet<string>): void {
	const next = `${file}.next`;
	const journal = openSync(next, "w", 0o600);
	writeSync(journal, [...paths].map((path) => `+${JSON.stringify(path)}\n`).join(""));
	fsyncSync(journal);
	closeSync(journal);
	renameSync(next, file);
}
