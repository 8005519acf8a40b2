import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Folders that live for one run of a program. */
export type Scratch = <T>(files: ReadonlyMap<string, Buffer | string>, work: (folder: string) => Promise<T>) => Promise<T>;

/** Below `root`, which is private, and emptied first of what a run that was killed left behind. Paths of files are relative, without `..`. */
export function createScratch(root: string): Scratch {
	let ready: Promise<void> | undefined;

	async function prepare(): Promise<void> {
		await rm(root, { recursive: true, force: true });
		await mkdir(root, { recursive: true, mode: 0o700 });
	}

	return async (files, work) => {
		ready ??= prepare();
		await ready.catch((error: unknown) => {
			ready = undefined;
			throw error;
		});
		const folder = await mkdtemp(join(root, "run-"));
		try {
			const folders = [...new Set([...files.keys()].map((path) => dirname(path)))].filter((each) => each !== ".");
			// Only the deepest are asked for: what is above them is made on the way.
			const deepest = folders.filter((each) => !folders.some((other) => other.startsWith(`${each}/`)));
			await Promise.all(deepest.map((each) => mkdir(join(folder, each), { recursive: true, mode: 0o700 })));
			await Promise.all([...files].map(([path, content]) => writeFile(join(folder, path), content, { flag: "wx", mode: 0o600 })));
			return await work(folder);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	};
}
