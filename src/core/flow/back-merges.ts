import type { EventFacts } from "./event.ts";
import { type Flow, roleOf } from "./flow.ts";
import { type Asking, ask } from "./questions.ts";
import type { Move, Oid, Refs } from "./refs.ts";

/** A release or hotfix that came to main and has to come to develop, too. */
export interface OpenBackMerge {
	readonly branch: string;
	/** Its commit that was merged. */
	readonly commit: Oid;
	/** The commit on main that it became. */
	readonly main: Oid;
}

interface Look {
	/** Events of this look so far. */
	readonly facts: readonly EventFacts[];
	readonly moves: readonly Move[];
	readonly after: Refs;
	readonly flow: Flow;
}

const maxOpen = 100;

/**
 * Follows what was merged to main until develop has it. It counts as missing, once, when its branch is deleted or the next release
 * or hotfix begins or ships without it: until then somebody may just be about to merge it.
 */
export function* settleBackMerges(
	known: readonly OpenBackMerge[],
	{ facts, moves, after, flow }: Look,
): Asking<{ readonly open: readonly OpenBackMerge[]; readonly facts: readonly EventFacts[] }> {
	const develop = after.branches.get(flow.branches.develop);
	if (flow.model !== "git-flow" || develop === undefined) return { open: [], facts: [] };
	const isDue = ({ source, name }: EventFacts): boolean =>
		(name === "merge-to-main" || name === "hotfix-merged") && (source?.role === "release" || source?.role === "hotfix");
	const added = facts.filter(isDue).flatMap(({ source, after: main }): OpenBackMerge[] => {
		return source?.branch === undefined || main === undefined ? [] : [{ branch: source.branch, commit: source.commit, main }];
	});
	const begun = moves.some(
		(move) => move.kind === "branch" && move.before === undefined && ["release", "hotfix"].includes(roleOf(flow, move.name)),
	);
	const open: OpenBackMerge[] = [];
	const missing: EventFacts[] = [];
	for (const [index, entry] of [...known, ...added].slice(-maxOpen).entries()) {
		const came = facts.some(
			({ name, source }) =>
				name === "back-merge-to-develop" && (source?.branch === entry.branch || (source?.role === "main" && source.commit === entry.main)),
		);
		if (came || (yield* isIn(entry.commit, develop)) || (yield* isIn(entry.main, develop))) continue;
		const isOld = index < known.length;
		const isOver = !after.branches.has(entry.branch) || (isOld && (begun || added.length > 0));
		if (!isOver) open.push(entry);
		else {
			const source = { branch: entry.branch, role: roleOf(flow, entry.branch), commit: entry.commit };
			missing.push({ name: "back-merge-missing", ref: `refs/heads/${flow.branches.develop}`, after: develop, source });
		}
	}
	return { open, facts: missing };
}

function* isIn(commit: Oid, branch: Oid): Asking<boolean> {
	const [there] = yield* ask("commits", { oids: [commit] });
	return there !== undefined && (yield* ask("isAncestor", { ancestor: commit, of: branch }));
}
