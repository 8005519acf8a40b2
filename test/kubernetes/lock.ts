import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Does `work` while no other process that asks for the same lock does. The lock file tells who holds it, and one whose process is gone
 * is taken over. That is good enough to save work that is harmless when done twice, and for nothing else.
 */
export async function withLock<Result>(file: string, waiting: string, work: () => Promise<Result>): Promise<Result> {
	for (let said = false; !(await take(file)); said = true) {
		if (!said) process.stderr.write(`gitward: ${waiting}\n`);
		await delay(500);
	}
	try {
		return await work();
	} finally {
		await rm(file, { force: true });
	}
}

async function take(file: string): Promise<boolean> {
	try {
		await writeFile(file, String(process.pid), { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	if (await isLeftBehind(file)) await rm(file, { force: true });
	return false;
}

async function isLeftBehind(file: string): Promise<boolean> {
	try {
		const holder = Number(await readFile(file, "utf8"));
		// Without a number its holder is just about to write it, or was ended before it could.
		return holder > 0 ? !isAlive(holder) : Date.now() - (await stat(file)).mtimeMs > 10_000;
	} catch {
		return false;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
