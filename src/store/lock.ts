import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../core/app-error.ts";

/**
 * Takes the only lock on a state folder: an exclusive transaction on a file of its own, which the operating system lets go when the
 * process ends, however it ends. `conflict` (AlreadyRunning) where another process holds it.
 */
export function takeLock(folder: string): () => void {
	const pidFile = join(folder, "pid");
	const lock = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
	try {
		lock.exec("BEGIN EXCLUSIVE");
	} catch (error) {
		lock.close();
		throw new AppError(`another Gitward${holder(pidFile)} works on ${folder}`, {
			code: "AlreadyRunning",
			kind: "conflict",
			hint: "Stop it, or give this one a state folder of its own with --state.",
			cause: error,
		});
	}
	writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
	return () => lock.close();
}

function holder(pidFile: string): string {
	try {
		return ` (process ${readFileSync(pidFile, "utf8").trim()})`;
	} catch {
		return "";
	}
}
