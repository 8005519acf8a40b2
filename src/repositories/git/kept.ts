import type { SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";
import type { Objects } from "./objects.ts";
import type { Refs } from "./refs.ts";

/** How many left-behind commits are kept alive; the oldest go first. */
const maxKept = 1000;
/** Commits looked at to find out whether a branch only went forward. */
const maxSteps = 200;

export interface KeepOptions extends SignalOption {
	readonly git: Git;
	readonly folder: string;
	readonly objects: Objects;
	readonly now: number;
}

/**
 * Keeps commits readable that a force-push or the deletion of a branch or tag left behind: they may be deployed, and git's own
 * clean-up would remove them. They get refs under refs/gitward/kept/, `<time>-<commit>`.
 */
export async function keepLeftBehind(before: Refs, after: Refs, { git, folder, objects, now, signal }: KeepOptions): Promise<void> {
	const left = new Set<string>();
	for (const kind of ["branches", "tags"] as const) {
		for (const [name, commit] of before[kind]) {
			const next = after[kind].get(name);
			if (next === commit || left.has(commit)) continue;
			if (next === undefined || !(await isAncestor(objects, commit, next, signal))) left.add(commit);
		}
	}
	const kept = [...after.own.keys()].filter((name) => name.startsWith("kept/")).sort();
	const known = new Set(kept.map((name) => name.slice(name.lastIndexOf("-") + 1)));
	const stamp = String(Math.trunc(now)).padStart(15, "0");
	const fresh = [...left].filter((commit) => !known.has(commit)).slice(0, maxKept);
	if (fresh.length === 0) return;
	const surplus = kept.slice(0, Math.max(0, kept.length + fresh.length - maxKept));
	const commands = [
		...fresh.map((commit) => `update refs/gitward/kept/${stamp}-${commit} ${commit}`),
		...surplus.map((name) => `delete refs/gitward/${name}`),
	];
	await git.run(folder, ["update-ref", "--stdin"], { input: `${commands.join("\n")}\n`, signal, timeoutMs: 30_000 });
}

async function isAncestor(objects: Objects, older: string, newer: string, signal: AbortSignal | undefined): Promise<boolean> {
	const queue = [newer];
	const seen = new Set(queue);
	for (let at = 0; at < queue.length && at < maxSteps; at += 1) {
		const oid = queue[at] ?? "";
		if (oid === older) return true;
		const commit = await objects.commit(oid, { signal } as SignalOption);
		for (const parent of commit?.parents ?? []) {
			if (seen.has(parent)) continue;
			seen.add(parent);
			queue.push(parent);
		}
	}
	return false;
}
