import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lastLines, logFile } from "./log-files.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "logs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("reads the last lines from rotated files too, in order", async () => {
	await writeFile(logFile(folder, "stdout", 2), "1\n2\n");
	await writeFile(logFile(folder, "stdout", 1), "3\n");
	await writeFile(logFile(folder, "stdout"), "4\n5\n");
	expect(lastLines(folder, "stdout", 4)).toEqual(["2", "3", "4", "5"]);
});

it("reads no more than a few MiB of them, however long their lines", async () => {
	for (let number = 0; number < 5; number += 1) await writeFile(logFile(folder, "stdout", number), "x".repeat(3 * 1024 * 1024));
	const bytes = lastLines(folder, "stdout", 1000).reduce((sum, line) => sum + line.length, 0);
	expect(bytes).toBeLessThan(5 * 1024 * 1024);
});
