import { hashValue } from "../hash.ts";
import { type Asking, ask, type CommitFacts, type Span } from "./questions.ts";
import type { Oid } from "./refs.ts";

/** A branch whose commits may have been copied. */
export interface Candidate {
	readonly branch: string;
	readonly tip: Oid;
	/** Whether it moved now or is named where it was copied to: such are looked at first. */
	readonly likely: boolean;
}

/** Plain commits that are copies of a branch: one for a squash, its whole line for a rebase. */
export interface Copy {
	readonly branch: string;
	readonly tip: Oid;
	readonly method: "squash" | "rebase";
	/** Oldest first. */
	readonly commits: readonly CommitFacts[];
}

/** Most branches that are compared for one push. */
const maxCandidates = 100;
const maxOwn = 5000;
/** Most commits, of the branch and of main or develop, that are compared one by one. */
const maxCompared = 300;

interface Branch extends Candidate {
	readonly facts: CommitFacts;
	/** Its one commit, where it has one beside merges. */
	readonly single: CommitFacts | undefined;
	/** Commits that are only there, oldest first, merges left out. */
	readonly own: readonly Span[];
	readonly whole: Span | undefined;
}

/** Finds which of the plain commits, oldest first, are squashed or rebased branches. `head`: where main or develop is now. */
export function* findCopies(plain: readonly CommitFacts[], candidates: readonly Candidate[], head: Oid): Asking<readonly Copy[]> {
	const units = plain.filter(({ parents }) => parents.length === 1).slice(-maxCompared);
	if (units.length === 0 || candidates.length === 0) return [];
	const branches = yield* readBranches(yield* shortlist(candidates), head);
	const spans = [
		...units.map((unit): Span => ({ from: unit.parents[0], to: unit.oid })),
		...branches.flatMap(({ own, whole }) => [...(own.length <= maxCompared ? own : []), ...(whole === undefined ? [] : [whole])]),
	];
	const changeOf = yield* identify(spans, units.length);
	const copies: Copy[] = [];
	const free = new Set(units);
	const done = new Set<string>();
	const take = (branch: Branch, method: Copy["method"], commits: readonly CommitFacts[]): void => {
		for (const commit of commits) free.delete(commit);
		done.add(branch.branch);
		copies.push({ branch: branch.branch, tip: branch.tip, method, commits });
	};
	for (const branch of branches.toSorted((a, b) => b.own.length - a.own.length)) {
		if (done.has(branch.branch)) continue;
		const run = findRun(units, free, branch, changeOf);
		if (run !== undefined) take(branch, run.length > 1 || isSameCommit(run[0], branch.single) ? "rebase" : "squash", run);
	}
	for (const branch of branches) {
		if (done.has(branch.branch)) continue;
		const whole = branch.whole === undefined ? undefined : changeOf(branch.whole);
		const isCopy = (unit: CommitFacts): boolean =>
			free.has(unit) &&
			(unit.tree === branch.facts.tree || (whole !== undefined && changeOf({ from: unit.parents[0], to: unit.oid }) === whole));
		const unit = units.find(isCopy);
		if (unit !== undefined) take(branch, "squash", [unit]);
	}
	return copies;
}

/** The likely ones and, of the others, those with the newest commits. */
function* shortlist(candidates: readonly Candidate[]): Asking<readonly Candidate[]> {
	const likely = candidates.filter((each) => each.likely).slice(0, maxCandidates);
	const others = candidates.filter((each) => !each.likely);
	const room = maxCandidates - likely.length;
	if (others.length <= room) return [...likely, ...others];
	if (room === 0) return likely;
	const newest = new Set(yield* ask("newest", { oids: others.map(({ tip }) => tip), limit: room }));
	return [...likely, ...others.filter(({ tip }) => newest.has(tip)).slice(0, room)];
}

function* readBranches(candidates: readonly Candidate[], head: Oid): Asking<readonly Branch[]> {
	const tips = new Map((yield* ask("commits", { oids: candidates.map(({ tip }) => tip) })).map((commit) => [commit.oid, commit]));
	const there = candidates.filter(({ tip }) => tips.has(tip));
	if (there.length === 0) return [];
	const range = yield* ask("range", { to: there.map(({ tip }) => tip), without: [head], limit: maxOwn });
	// Of part of a range nothing can be said.
	if (!range.complete) {
		const likely = there.filter((each) => each.likely);
		return likely.length === there.length ? [] : yield* readBranches(likely, head);
	}
	const parentsOf = new Map(range.commits.map(({ oid, parents }) => [oid, parents]));
	const branches: Branch[] = [];
	for (const candidate of there) {
		const facts = tips.get(candidate.tip);
		const { own, forks } = ownCommits(candidate.tip, parentsOf);
		const plain = own.filter((oid) => parentsOf.get(oid)?.length === 1);
		if (facts === undefined || plain.length === 0) continue;
		const [fork] = forks;
		const base = forks.length > 1 ? yield* ask("mergeBase", { a: head, b: candidate.tip }) : fork;
		const [single] = plain.length === 1 ? yield* ask("commits", { oids: plain }) : [];
		branches.push({
			...candidate,
			facts,
			single,
			own: plain.map((oid) => ({ from: parentsOf.get(oid)?.[0], to: oid })),
			whole: base === undefined ? undefined : { from: base, to: candidate.tip },
		});
	}
	return branches;
}

/** Commits that are reached from a tip within a range, oldest first, and where they leave it. */
function ownCommits(
	tip: Oid,
	parentsOf: ReadonlyMap<Oid, readonly Oid[]>,
): { readonly own: readonly Oid[]; readonly forks: readonly Oid[] } {
	const reached = new Set<Oid>();
	const forks = new Set<Oid>();
	const open = [tip];
	for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
		if (reached.has(oid)) continue;
		const parents = parentsOf.get(oid);
		if (parents === undefined) {
			forks.add(oid);
			continue;
		}
		reached.add(oid);
		open.push(...parents);
	}
	// The range lists children first.
	return { own: [...parentsOf.keys()].filter((oid) => reached.has(oid)).reverse(), forks: [...forks] };
}

/** Tells, for spans, what they change: equal for copies. Only those that touch the same paths as one of the first `units` are looked at closely. */
function* identify(spans: readonly Span[], units: number): Asking<(span: Span) => string | undefined> {
	const changes = yield* ask("changes", { spans });
	const touched = changes.map(({ files, complete }) =>
		complete && files.length > 0 ? files.map(({ path }) => path).join("\0") : undefined,
	);
	const wanted = new Set(touched.slice(0, units));
	const others = new Set(touched.slice(units));
	const close = spans.flatMap((_, index) => {
		const paths = touched[index];
		return paths !== undefined && wanted.has(paths) && others.has(paths) ? [index] : [];
	});
	const patches = yield* ask("patches", { spans: close.map((index) => spans[index] as Span) });
	const known = new Map<string, string>();
	for (const [at, index] of close.entries()) {
		const span = spans[index] as Span;
		known.set(keyOf(span), patches[at] ?? hashValue(changes[index]?.files));
	}
	return (span) => known.get(keyOf(span));
}

function keyOf({ from, to }: Span): string {
	return `${from ?? ""}..${to}`;
}

/** Neighbouring commits that make the same changes as all of a branch, one by one. */
function findRun(
	units: readonly CommitFacts[],
	free: ReadonlySet<CommitFacts>,
	branch: Branch,
	changeOf: (span: Span) => string | undefined,
): readonly CommitFacts[] | undefined {
	const own = branch.own.map(changeOf);
	if (own.length === 0 || own.includes(undefined)) return undefined;
	for (let start = 0; start + own.length <= units.length; start += 1) {
		const run = units.slice(start, start + own.length);
		if (run.every((unit, index) => free.has(unit) && changeOf({ from: unit.parents[0], to: unit.oid }) === own[index])) return run;
	}
	return undefined;
}

/** A rebase keeps who wrote a commit, when, and the message; a squash makes a new one. */
function isSameCommit(copy: CommitFacts | undefined, original: CommitFacts | undefined): boolean {
	return (
		copy !== undefined &&
		original !== undefined &&
		copy.author === original.author &&
		copy.email === original.email &&
		copy.authored === original.authored &&
		copy.message.trim() === original.message.trim()
	);
}

/** Which of some commits, oldest first, are copies of commits of another line; by trailer or by what they change. */
export function* findPicks(
	commits: readonly CommitFacts[],
	line: { readonly head: Oid; readonly without: Oid },
): Asking<readonly { readonly commit: Oid; readonly of: Oid }[]> {
	const plain = commits.filter(({ parents }) => parents.length === 1).slice(-maxCompared);
	const picks: { commit: Oid; of: Oid }[] = [];
	const rest: CommitFacts[] = [];
	for (const commit of plain) {
		const of = /^\(cherry picked from commit (?<of>[0-9a-f]{40}|[0-9a-f]{64})\)$/mu.exec(commit.message)?.groups?.["of"];
		const [there] = of === undefined ? [] : yield* ask("commits", { oids: [of] });
		if (there !== undefined && (yield* ask("isAncestor", { ancestor: there.oid, of: line.head })))
			picks.push({ commit: commit.oid, of: there.oid });
		else rest.push(commit);
	}
	if (rest.length === 0) return picks;
	const origin = yield* ask("range", { to: [line.head], without: [line.without], limit: maxCompared });
	const originals = origin.commits
		.filter(({ parents }) => parents.length === 1)
		.map(({ oid, parents }): Span => ({ from: parents[0], to: oid }));
	const spans = rest.map((commit): Span => ({ from: commit.parents[0], to: commit.oid }));
	const changeOf = yield* identify([...spans, ...originals], spans.length);
	const byChange = new Map(originals.map((span) => [changeOf(span), span.to]));
	for (const span of spans) {
		const change = changeOf(span);
		const of = change === undefined ? undefined : byChange.get(change);
		if (of !== undefined) picks.push({ commit: span.to, of });
	}
	return picks;
}
