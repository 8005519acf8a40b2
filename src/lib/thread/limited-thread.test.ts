import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLimitedThread } from "./limited-thread.ts";

const echo = `
import { parentPort } from "node:worker_threads";
parentPort.on("message", (work) => {
	if (work === "exit") process.exit(0);
	if (work === "throw") throw new Error("broken");
	if (work === "loop") for (;;);
	const hog = [];
	if (work === "hog") for (;;) hog.push(new Array(10000).fill(hog.length));
	for (const part of work) parentPort.postMessage(part);
});
parentPort.postMessage(null);`;

/** Loads for longer than work may take. */
const late = `const until = Date.now() + 600; while (Date.now() < until);\n${echo}`;

describe("createLimitedThread", () => {
	let folder = "";
	let file: URL;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "gitward-"));
		await writeFile(join(folder, "echo.mjs"), echo);
		file = pathToFileURL(join(folder, "echo.mjs"));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	it("answers each part, piece of work after piece of work", async () => {
		const thread = createLimitedThread<string, string>(file, { timeoutMs: 10_000, memoryMb: 64 });
		const results = await Promise.all(["ab", "c"].map((work) => thread.run(work, work.length, {})));
		expect(results).toEqual([{ answers: ["a", "b"] }, { answers: ["c"] }]);
		await thread.close();
	});

	it.each([
		["loop", "it takes longer than 200 ms"],
		["hog", "it needs more than 32 MiB of memory"],
		["throw", "broken"],
		["exit", "its evaluator ended"],
	])("outlives %s", async (work, failure) => {
		const thread = createLimitedThread<string, string>(file, { timeoutMs: work === "loop" ? 200 : 30_000, memoryMb: 32 });
		expect(await thread.run(work, 1, {})).toEqual({ answers: [], failure });
		expect(await thread.run("x", 1, {})).toEqual({ answers: ["x"] });
		await thread.close();
	});

	it("does not count the time in which it starts", async () => {
		await writeFile(join(folder, "late.mjs"), late);
		const thread = createLimitedThread<string, string>(pathToFileURL(join(folder, "late.mjs")), { timeoutMs: 300, memoryMb: 64 });
		expect(await thread.run("x", 1, {})).toEqual({ answers: ["x"] });
		await thread.close();
	});

	it("answers what is under way when it is closed", async () => {
		const thread = createLimitedThread<string, string>(file, { timeoutMs: 60_000, memoryMb: 64 });
		await thread.run("x", 1, {});
		const work = thread.run("loop", 1, {});
		await Promise.resolve();
		await thread.close();
		expect(await work).toEqual({ answers: [], failure: "it was stopped" });
	});
});
