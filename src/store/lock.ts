import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../core/app-error.ts";
import { isBusy, isDamaged, storeError } from "./store-error.ts";

/**
 * Takes the only lock on a state folder: an exclusive transaction on a file of its own, which the operating system lets go when the
 * process ends, however it ends. `conflict` (AlreadyRunning) where another process holds it, `denied` or `unavailable` where the file
 * cannot be used.
 */
export function takeLock(folder: string): () => void {
	const file = join(folder, "lock");
	const pidFile = join(folder, "pid");
	let lock: DatabaseSync | undefined;
	try {
		lock = new DatabaseSync(file, { timeout: 0 });
		lock.exec("BEGIN EXCLUSIVE");
	} catch (error) {
		lock?.close();
		throw lockError(error, folder, file, pidFile);
	}
	notePid(pidFile);
	const held = lock;
	return () => held.close();
}

function lockError(error: unknown, folder: string, file: string, pidFile: string): unknown {
	if (isBusy(error)) {
		return new AppError(`another Gitward${holder(pidFile)} works on ${folder}`, {
			code: "AlreadyRunning",
			kind: "conflict",
			hint: "Stop it, or give this one a state folder of its own with --state.",
			cause: error,
		});
	}
	if (!isDamaged(error)) return storeError(error, file);
	return new AppError(`${file} is damaged`, {
		code: "StoreCorrupt",
		kind: "unavailable",
		hint: "Make sure that no Gitward runs on this folder, then remove the file: it holds no data.",
		cause: error,
	});
}

/** The number is only for the message that a second opener gets: where it cannot be written, the lock holds all the same. */
function notePid(pidFile: string): void {
	try {
		writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
	} catch {
		// See above.
	}
}

function holder(pidFile: string): string {
	try {
		return ` (process ${readFileSync(pidFile, "utf8").trim()})`;
	} catch {
		return "";
	}
}
