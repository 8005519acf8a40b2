import { mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Most runs that are remembered; beyond, the oldest are forgotten: they were recorded long since. */
const most = 500;

/**
 * Hooks that succeeded: remembered on disk before their Objects, which would tell, are deleted by policy or by their time to live. So a kill
 * before their Sync has noted it does not make them run once more.
 */
export interface DoneHooks {
	/** `run` names what was run, and for which Sync. */
	has(run: string): Promise<boolean>;
	add(run: string): Promise<void>;
}

/** Remembers in a folder, which is made when it is needed. */
export function createDoneHooks(folder: string): DoneHooks {
	async function tidy(): Promise<void> {
		const runs = await readdir(folder);
		if (runs.length <= most) return;
		const dated = await Promise.all(runs.map(async (run) => ({ run, time: (await stat(join(folder, run))).mtimeMs })));
		const old = dated.toSorted((a, b) => b.time - a.time).slice(most / 2);
		for (const { run } of old) await unlink(join(folder, run));
	}

	return {
		has: (run) =>
			stat(join(folder, run)).then(
				() => true,
				() => false,
			),
		async add(run) {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			const file = await open(join(folder, run), "w", 0o600);
			try {
				await file.sync();
			} finally {
				await file.close();
			}
			// Somebody else may be tidying, too.
			await tidy().catch(() => {});
		},
	};
}
