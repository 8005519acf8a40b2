import type { SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";

/** From how many loose objects or packs on a repository counts as untidy. */
export interface UntidyFrom {
	readonly loose: number;
	readonly packs: number;
}

const repackMs = 30 * 60_000;

/**
 * Packs a repository where it has grown untidy. Nothing is ever thrown away, also what no ref leads to: a Revision that was handed
 * out stays readable. Safe beside fetches and reads.
 */
export async function tidy(
	git: Git,
	folder: string,
	{ signal }: SignalOption,
	from: UntidyFrom = { loose: 5000, packs: 50 },
): Promise<boolean> {
	const { stdout } = await git.run(folder, ["count-objects", "-v"], { signal, timeoutMs: 60_000 });
	const count = (key: string): number => Number(new RegExp(`^${key}: (\\d+)$`, "mu").exec(stdout.toString())?.[1] ?? 0);
	if (count("count") < from.loose && count("packs") < from.packs) return false;
	await git.run(folder, ["repack", "-a", "-d", "-k", "-q"], {
		signal,
		timeoutMs: repackMs,
		settings: [
			["pack.threads", "1"],
			["pack.windowMemory", "100m"],
		],
	});
	await git.run(folder, ["pack-refs", "--all"], { signal, timeoutMs: 60_000 });
	return true;
}
