import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";

const folders = 1000;
const filesEach = 10;

/** Writes 10,000 files as plainly as Node can, and returns the milliseconds: what a cold Sync is held against. */
export async function writeBareFiles(root: string): Promise<number> {
	const started = performance.now();
	for (let folder = 0; folder < folders; folder += 1) {
		const path = join(root, `application-${folder}`);
		await mkdir(path, { recursive: true });
		for (let file = 0; file < filesEach; file += 1)
			await writeFile(join(path, `file-${file}.txt`), `application ${folder}, file ${file}\n`);
	}
	return performance.now() - started;
}

export const scenario: Scenario = {
	name: "bare-files",
	description: "a bare loop writes 1,000 folders of 10 small files: what this disk can do",
	async run({ folder, signal }) {
		const samples: number[] = [];
		for (let round = 0; round < 5; round += 1) {
			signal.throwIfAborted();
			samples.push(await writeBareFiles(join(folder, String(round))));
		}
		return [{ name: "10,000 files", unit: "ms", samples }];
	},
};
