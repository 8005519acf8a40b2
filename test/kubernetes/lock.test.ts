import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "./lock.ts";

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-lock-"));
});

afterEach(async () => rm(folder, { recursive: true }));

it("lets one work at a time, and leaves no file", async () => {
	const file = join(folder, "lock");
	let inside = 0;
	let most = 0;
	const work = async (): Promise<void> => {
		inside += 1;
		most = Math.max(most, inside);
		await readdir(folder);
		inside -= 1;
	};
	await Promise.all([withLock(file, "waiting", work), withLock(file, "waiting", work), withLock(file, "waiting", work)]);
	expect(most).toBe(1);
	expect(await readdir(folder)).toEqual([]);
});

it("takes over from a process that is gone", async () => {
	const gone = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
	await once(gone, "exit");
	await writeFile(join(folder, "lock"), String(gone.pid));
	expect(await withLock(join(folder, "lock"), "waiting", async () => "done")).toBe("done");
});

it("is free again after work that failed", async () => {
	const file = join(folder, "lock");
	await expect(withLock(file, "waiting", async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect(await withLock(file, "waiting", async () => "done")).toBe("done");
});
