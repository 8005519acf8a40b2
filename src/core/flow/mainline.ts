import { readMergeMessage } from "./merge-message.ts";
import { type Asking, ask, type CommitFacts } from "./questions.ts";
import type { Oid } from "./refs.ts";

/** One commit of the line of main or develop that is new there. */
export interface Unit {
	readonly commit: CommitFacts;
	/** What it brought by further parents; empty for a plain commit and for one that only took in what was there already. */
	readonly merged: readonly Oid[];
	/** Branch into which it says that it took what was there already. */
	readonly into?: string;
}

/** What came to main or develop between two looks. */
export interface Mainline {
	/** Oldest first; those that a pull made a side line stand before the others. */
	readonly units: readonly Unit[];
	/** How many of them stand on such a side line. */
	readonly pulled: number;
	/** Every commit that is new there, also those that merges brought. */
	readonly fresh: ReadonlySet<Oid>;
	/** Whether commits went away. */
	readonly rewritten: boolean;
	/** False: more came than is looked at. */
	readonly complete: boolean;
}

/** Most commits of a line that are told apart; of more, one event says that they came. */
const maxUnits = 2000;
const maxFresh = 20_000;
/** Deepest chain of pulls that are seen through. */
const maxPulls = 20;

/** Follows the line of a branch from where it was to where it is. */
export function* readMainline(branch: string, before: Oid, after: Oid): Asking<Mainline> {
	const line = yield* ask("line", { to: after, without: [before], limit: maxUnits });
	const [newest] = line.commits;
	const oldest = line.commits.at(-1);
	if (newest === undefined || oldest === undefined) return { units: [], pulled: 0, fresh: new Set(), rewritten: true, complete: true };
	const rewritten = oldest.parents[0] !== before && !(yield* ask("isAncestor", { ancestor: before, of: after }));
	const hasMerges = line.commits.some(({ parents }) => parents.length > 1);
	const all = hasMerges ? yield* ask("range", { to: [after], without: [before], limit: maxFresh }) : line;
	const fresh = new Set(all.commits.map(({ oid }) => oid));
	const complete = line.complete && all.complete;
	if (!complete) return { units: [{ commit: newest, merged: [] }], pulled: 0, fresh, rewritten, complete };
	const units: Unit[] = [];
	const pulled: Unit[] = [];
	yield* unfold(line.commits, { branch, before, fresh, units, pulled, seen: new Set() }, 0);
	return { units: [...pulled, ...units], pulled: pulled.length, fresh, rewritten, complete };
}

interface Unfolding {
	readonly branch: string;
	readonly before: Oid;
	readonly fresh: ReadonlySet<Oid>;
	readonly units: Unit[];
	readonly pulled: Unit[];
	readonly seen: Set<Oid>;
}

/** Someone who pulls makes a merge whose other side is the true line of the branch: that is followed, too. */
function* unfold(newestFirst: readonly CommitFacts[], state: Unfolding, depth: number): Asking<void> {
	for (const commit of newestFirst.toReversed()) {
		if (state.seen.has(commit.oid)) continue;
		state.seen.add(commit.oid);
		const { source, into } = commit.parents.length > 1 ? readMergeMessage(commit.message) : {};
		let merged = commit.parents.slice(1).filter((oid) => state.fresh.has(oid));
		if (source === state.branch && depth < maxPulls) {
			for (const oid of merged) {
				const { commits } = yield* ask("line", { to: oid, without: [state.before], limit: maxUnits });
				yield* unfold(commits, state, depth + 1);
			}
			merged = [];
		}
		const tookIn = commit.parents.length > 1 && merged.length === 0 && into !== undefined && into !== state.branch;
		(depth === 0 ? state.units : state.pulled).push({ commit, merged, ...(tookIn ? { into } : {}) });
	}
}
