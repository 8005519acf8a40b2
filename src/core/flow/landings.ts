import { type Candidate, findCopies, findPicks } from "./copies.ts";
import type { FlowSource, MergeMethod } from "./event.ts";
import { type BranchRole, type Flow, roleOf, type Target } from "./flow.ts";
import { readMainline, type Unit } from "./mainline.ts";
import { readMergeMessage } from "./merge-message.ts";
import { type Asking, ask, type CommitFacts } from "./questions.ts";
import type { Oid, Refs } from "./refs.ts";

/** Commits that came to main or develop as one. */
export interface Landing {
	/** Absent: they were pushed there directly. */
	readonly method?: MergeMethod;
	readonly source?: FlowSource;
	readonly before: Oid | undefined;
	/** The last of them. */
	readonly commit: CommitFacts;
	readonly commits: number;
}

export interface Landings {
	readonly rewritten: boolean;
	/** Oldest first; what was pushed directly is one, wherever it stands. */
	readonly landings: readonly Landing[];
}

/** Most branches that moved, in which the other side of a merge is looked for. */
const maxLooked = 50;

interface Scene {
	readonly target: Target;
	readonly flow: Flow;
	readonly before: Refs;
	readonly after: Refs;
	readonly units: readonly Unit[];
	/** Index of the first unit that stands on no side line. */
	readonly own: number;
	readonly fresh: ReadonlySet<Oid>;
	/** For each unit the landing that it belongs to. */
	readonly claims: (Claim | undefined)[];
}

interface Claim {
	readonly method: MergeMethod;
	readonly branch: string;
	readonly tip: Oid;
}

/** What came to main or develop between two looks, and how. */
export function* findLandings(target: Target, flow: Flow, refs: { readonly before: Refs; readonly after: Refs }): Asking<Landings> {
	const from = refs.before.branches.get(target.branch);
	const to = refs.after.branches.get(target.branch);
	if (from === undefined || to === undefined) return { rewritten: false, landings: [] };
	const line = yield* readMainline(target.branch, from, to);
	const { rewritten, fresh } = line;
	const [only] = line.units;
	if (!line.complete && only !== undefined) return { rewritten, landings: [{ before: from, commit: only.commit, commits: fresh.size }] };
	const units = rewritten ? yield* withoutRepeats(line.units, from, to) : line.units;
	const pulled = new Set(line.units.slice(0, line.pulled));
	const own = units.filter((unit) => pulled.has(unit)).length;
	const scene: Scene = { target, flow, ...refs, units, own, fresh, claims: units.map(() => undefined) };
	claimFastForwards(scene);
	yield* claimCopies(scene, to);
	yield* extendFastForwards(scene, to);
	claimByLikelihood(scene);
	return { rewritten, landings: yield* collect(scene) };
}

/** A rewritten branch mostly holds the same changes again: those are no news. */
function* withoutRepeats(units: readonly Unit[], from: Oid, to: Oid): Asking<readonly Unit[]> {
	const plain = units.filter(({ merged }) => merged.length === 0).map(({ commit }) => commit);
	const repeated = new Set((yield* findPicks(plain, { head: from, without: to })).map(({ commit }) => commit));
	return units.filter(({ commit }) => !repeated.has(commit.oid));
}

/** What another branch had before this one, and now stands in its line, was merged by fast-forward. */
function claimFastForwards({ target, flow, before, units, own, claims }: Scene): void {
	const at = indexOf(units);
	const tips = [...before.branches].flatMap(([branch, tip]) => {
		const index = branch === target.branch ? undefined : at.get(tip);
		return index === undefined ? [] : [{ branch, tip, index, role: roleOf(flow, branch) }];
	});
	tips.sort((a, b) => a.index - b.index || preference(target, a.role) - preference(target, b.role) || (a.branch < b.branch ? -1 : 1));
	const foreseen = tips.filter(({ role }) => target.sources.includes(role));
	const last = foreseen.at(-1)?.index ?? -1;
	const furthest = tips.at(-1)?.index;
	const stray = tips.find(({ index, role }) => index === furthest && index > last && target.strays.includes(role));
	let start = 0;
	for (const { branch, tip, index } of stray === undefined ? foreseen : [...foreseen, stray]) {
		if (index < start) continue;
		if (index >= own) start = Math.max(start, own);
		const claim: Claim = { method: "fast-forward", branch, tip };
		for (; start <= index; start += 1) claims[start] = claim;
	}
}

function* claimCopies({ target, flow, before, after, units, fresh, claims }: Scene, head: Oid): Asking<void> {
	const plain = units.filter(
		({ merged, commit }, index) => claims[index] === undefined && merged.length === 0 && commit.parents.length === 1,
	);
	if (plain.length === 0) return;
	const words = plain.map(({ commit }) => commit.message).join("\n");
	const matched = new Set(claims.map((claim) => claim?.branch));
	const candidates: Candidate[] = [];
	const consider = (branch: string, tip: Oid, likely: boolean): void => {
		if (branch === target.branch || matched.has(branch) || fresh.has(tip) || !target.sources.includes(roleOf(flow, branch))) return;
		candidates.push({ branch, tip, likely: likely || words.includes(branch) });
	};
	for (const [branch, tip] of after.branches) consider(branch, tip, before.branches.get(branch) !== tip);
	for (const [branch, tip] of before.branches) if (after.branches.get(branch) !== tip) consider(branch, tip, true);
	const at = indexOf(units);
	for (const { branch, tip, method, commits } of yield* findCopies(
		plain.map(({ commit }) => commit),
		candidates,
		head,
	)) {
		const claim: Claim = { method, branch, tip };
		for (const { oid } of commits) claims[at.get(oid) ?? -1] = claim;
	}
}

/** A branch may have gone on after it was last seen, before it was merged. */
function* extendFastForwards({ after, units, own, claims }: Scene, head: Oid): Asking<void> {
	const at = indexOf(units);
	for (const [index, claim] of claims.entries()) {
		if (claim?.method !== "fast-forward" || claims[index + 1] === claim) continue;
		const now = after.branches.get(claim.branch);
		const end = now === undefined ? undefined : at.get(now);
		const wentOn = end === undefined && (now === undefined || (yield* ask("isAncestor", { ancestor: head, of: now })));
		for (let next = index + 1; next < (index < own ? own : units.length) && claims[next] === undefined; next += 1) {
			if (end === undefined ? !wentOn || units[next]?.merged.length !== 0 : next > end) break;
			claims[next] = claim;
		}
	}
}

/** What is left when nothing proves where it came from: a fast-forward of a branch that nobody saw before is the likelier reading. */
function claimByLikelihood({ target, flow, before, after, units, own, fresh, claims }: Scene): void {
	const isOpen = (index: number): boolean => units[index]?.merged.length === 0 && claims[index] === undefined;
	const claimRun = (branch: string, end: number): void => {
		const claim: Claim = { method: "fast-forward", branch, tip: units[end]?.commit.oid ?? "" };
		for (let index = end; isOpen(index) && (end < own || index >= own); index -= 1) claims[index] = claim;
	};
	for (const [index, { into }] of units.entries()) {
		if (into === undefined || !isOpen(index) || !target.sources.includes(roleOf(flow, into))) continue;
		let end = index;
		while (isOpen(end + 1)) end += 1;
		claimRun(into, end);
	}
	if (flow.model !== "git-flow") return;
	const at = indexOf(units);
	const tips = [...after.branches].flatMap(([branch, tip]) => {
		const index = branch === target.branch ? undefined : at.get(tip);
		return index === undefined ? [] : [{ branch, index }];
	});
	for (const { branch, index } of tips.sort((a, b) => a.index - b.index)) {
		const old = before.branches.get(branch);
		if (!isOpen(index) || (old !== undefined && fresh.has(old))) continue;
		const role = roleOf(flow, branch);
		const isMerge = (units[index]?.commit.parents.length ?? 0) > 1;
		// Release branches are cut from develop and hotfixes from main: at their beginning they are no merge.
		const fits = target.role === "develop" ? role === "feature" || (role === "main" && isMerge) : role === "release" && !isMerge;
		if (fits) claimRun(branch, index);
	}
}

function* collect(scene: Scene): Asking<readonly Landing[]> {
	const { units, claims } = scene;
	const groups = new Map<Claim | Unit | undefined, Unit[]>();
	for (const [index, unit] of units.entries()) {
		const key = claims[index] ?? (unit.merged.length > 0 ? unit : undefined);
		groups.set(key, [...(groups.get(key) ?? []), unit]);
	}
	const landings: Landing[] = [];
	for (const [key, group] of groups) {
		const [first] = group;
		const last = group.at(-1);
		if (first === undefined || last === undefined) continue;
		const span = { before: first.commit.parents[0], commit: last.commit, commits: group.length };
		if (key === undefined) landings.push(span);
		else if ("method" in key)
			landings.push({ ...span, method: key.method, source: { branch: key.branch, role: roleOf(scene.flow, key.branch), commit: key.tip } });
		else for (const oid of key.merged) landings.push({ ...span, method: "merge", source: yield* findSource(scene, key.commit, oid) });
	}
	return landings;
}

/** The branch that a merge commit merged: what its message says if that fits the refs, else the branch that stood there. */
function* findSource({ target, flow, before, after, fresh }: Scene, commit: CommitFacts, merged: Oid): Asking<FlowSource> {
	const named = (branch: string): FlowSource => ({ branch, role: roleOf(flow, branch), commit: merged });
	const hint = readMergeMessage(commit.message).source;
	const says =
		hint !== undefined && hint !== target.branch && preference(target, roleOf(flow, hint)) < Number.POSITIVE_INFINITY ? hint : undefined;
	const contains = function* (branch: string): Asking<boolean> {
		const now = after.branches.get(branch);
		const old = before.branches.get(branch);
		if (now === merged || old === merged) return true;
		if (now !== undefined && (yield* ask("isAncestor", { ancestor: merged, of: now }))) return true;
		return old !== undefined && fresh.has(old) && (yield* ask("isAncestor", { ancestor: old, of: merged }));
	};
	if (says !== undefined && (before.branches.has(says) || after.branches.has(says)) && (yield* contains(says))) return named(says);
	const exact = [...before.branches, ...after.branches]
		.filter(([branch, tip]) => tip === merged && branch !== target.branch)
		.map(([branch]) => branch);
	const [best] = exact.toSorted(
		(a, b) => preference(target, roleOf(flow, a)) - preference(target, roleOf(flow, b)) || (a < b ? -1 : a > b ? 1 : 0),
	);
	const isForeseen = (branch: string): boolean => target.sources.includes(roleOf(flow, branch));
	if (best !== undefined && isForeseen(best)) return named(best);
	if (says !== undefined && isForeseen(says)) return named(says);
	if (best !== undefined) return named(best);
	const moved = [...new Set([...before.branches.keys(), ...after.branches.keys()])]
		.filter((branch) => branch !== target.branch && before.branches.get(branch) !== after.branches.get(branch))
		.toSorted((a, b) => preference(target, roleOf(flow, a)) - preference(target, roleOf(flow, b)));
	for (const branch of moved.slice(0, maxLooked)) if (yield* contains(branch)) return named(branch);
	if (says !== undefined) return named(says);
	const main = after.branches.get(flow.branches.main);
	if (target.role === "develop" && main !== undefined && (yield* ask("isAncestor", { ancestor: merged, of: main })))
		return named(flow.branches.main);
	return { commit: merged };
}

/** Smaller is likelier; infinite for what is never merged there. */
function preference({ sources, strays }: Target, role: BranchRole): number {
	const index = [...sources, ...strays].indexOf(role);
	return index === -1 ? Number.POSITIVE_INFINITY : index;
}

function indexOf(units: readonly Unit[]): ReadonlyMap<Oid, number> {
	return new Map(units.map(({ commit }, index) => [commit.oid, index]));
}
