import { matchesGlob } from "../glob.ts";
import { type OpenBackMerge, settleBackMerges } from "./back-merges.ts";
import { findPicks } from "./copies.ts";
import { customEvents } from "./custom-events.ts";
import { type EventFacts, type FlowEvent, withId } from "./event.ts";
import { eventRank } from "./event-names.ts";
import { type Flow, roleOf, targetsOf } from "./flow.ts";
import { findLandings } from "./landings.ts";
import { addParts } from "./parts.ts";
import { type Asking, ask, type CommitFacts } from "./questions.ts";
import { fullName, type Move, movesBetween, type Oid, type Refs } from "./refs.ts";

/** What has to be kept between two looks at a repository, in one transaction with the events that were given. */
export interface FlowMemory {
	readonly refs: Refs;
	/** What was merged to main and is not known to have come to develop. */
	readonly openBackMerges: readonly OpenBackMerge[];
}

export interface Recognition {
	/** In the order in which a workflow has them: branches, develop, main, tags, deletions. */
	readonly events: readonly FlowEvent[];
	/** What to keep for the next look. */
	readonly memory: FlowMemory;
}

/**
 * Which events happened since a look that `memory` is of. Without memory there are none: what was there before Gitward came is no
 * event. Of what is pushed to a repository that was empty only main and develop are.
 */
export function* recognise(memory: FlowMemory | undefined, after: Refs, flow: Flow): Asking<Recognition> {
	const before = memory?.refs;
	if (memory === undefined || before === undefined) return { events: [], memory: { refs: after, openBackMerges: [] } };
	const moves = movesBetween(before, after);
	if (moves.length === 0) return { events: [], memory: { ...memory, refs: after } };
	const wasEmpty = before.branches.size === 0;
	const commits = yield* readCommits(moves);
	const facts: EventFacts[] = [];
	for (const move of moves) facts.push(...(yield* eventsOfMove(move, { flow, after, commits, wasEmpty })));
	for (const target of targetsOf(flow)) {
		const from = before.branches.get(target.branch);
		if (from === after.branches.get(target.branch) || (from !== undefined && !commits.has(from))) continue;
		const { rewritten, landings } = yield* findLandings(target, flow, { before: there(before, moves, commits), after });
		const ref = `refs/heads/${target.branch}`;
		if (rewritten) facts.push(rewrittenEvent(target.branch, { from, to: after.branches.get(target.branch), commits }));
		for (const { before: start, commit, ...landing } of landings) {
			const name = landingName(target.role, landing);
			facts.push({ name, ref, ...(start === undefined ? {} : { before: start }), after: commit.oid, ...landing, ...told(commit) });
		}
	}
	const settled = yield* settleBackMerges(memory.openBackMerges, { facts, moves, after, flow });
	facts.push(...settled.facts);
	if (!wasEmpty) facts.push(...(yield* customEvents(moves, { flow, after, commits })));
	const sorted = facts.toSorted((a, b) => eventRank(a.name) - eventRank(b.name));
	const events = (yield* addParts(sorted, flow, after)).map(withId);
	return { events, memory: { refs: after, openBackMerges: settled.open } };
}

/** Commits that refs left or came to; those of a branch that was deleted or rewritten may be gone. */
function* readCommits(moves: readonly Move[]): Asking<ReadonlyMap<Oid, CommitFacts>> {
	const oids = new Set(moves.flatMap(({ before, after }) => [before, after].filter((oid) => oid !== undefined)));
	return new Map((yield* ask("commits", { oids: [...oids] })).map((commit) => [commit.oid, commit]));
}

/** Refs without those whose commit is gone: nothing can be asked about them. */
function there(refs: Refs, moves: readonly Move[], commits: ReadonlyMap<Oid, CommitFacts>): Refs {
	const gone = new Set(
		moves.flatMap(({ kind, name, before }) => (kind === "branch" && before !== undefined && !commits.has(before) ? [name] : [])),
	);
	return gone.size === 0 ? refs : { ...refs, branches: new Map([...refs.branches].filter(([name]) => !gone.has(name))) };
}

interface MoveContext {
	readonly flow: Flow;
	readonly after: Refs;
	readonly commits: ReadonlyMap<Oid, CommitFacts>;
	readonly wasEmpty: boolean;
}

/** Events of one ref by itself; merges to main and develop are looked at elsewhere. */
function* eventsOfMove(move: Move, context: MoveContext): Asking<readonly EventFacts[]> {
	const { flow, commits, wasEmpty } = context;
	if (flow.model === "custom") return [];
	const { name, before, after } = move;
	const commit = commits.get(after ?? "");
	const base = {
		ref: fullName(move),
		...(before === undefined ? {} : { before }),
		...(after === undefined ? {} : { after }),
		...told(commit),
	};
	if (move.kind === "tag") return wasEmpty || after === undefined ? [] : yield* eventsOfTag(move, base, context);
	const role = roleOf(flow, name);
	if (role === "other") return [];
	if (after === undefined) return [{ name: "branch-deleted", ...base }];
	if (role === "main" || role === "develop") {
		if (before === undefined) return [{ name: `push-to-${role}`, ...base }];
		return commits.has(before) ? [] : [rewrittenEvent(name, { from: before, to: after, commits })];
	}
	if (wasEmpty) return [];
	const forced = before === undefined ? undefined : !commits.has(before) || !(yield* ask("isAncestor", { ancestor: before, of: after }));
	const force = forced === true ? { forced } : {};
	if (role === "feature") return [{ name: flow.model === "git-flow" ? "feature-branch-pushed" : "branch-pushed", ...base, ...force }];
	if (before === undefined) return [{ name: `${role}-branch-created`, ...base }];
	if (flow.model === "trunk-based" && forced === false) return [yield* releaseUpdate(base, { before, after }, context)];
	return [{ name: `${role}-branch-updated`, ...base, ...force }];
}

/** Trunk based: what comes to a release branch should be copies of commits of main. */
function* releaseUpdate(
	base: Omit<EventFacts, "name">,
	{ before, after }: { readonly before: Oid; readonly after: Oid },
	context: MoveContext,
): Asking<EventFacts> {
	const main = context.after.branches.get(context.flow.branches.main);
	const line = yield* ask("line", { to: after, without: [before], limit: 300 });
	const plain = line.commits.filter(({ parents }) => parents.length === 1).toReversed();
	const picks = main === undefined ? [] : yield* findPicks(plain, { head: main, without: before });
	const all = line.complete && picks.length > 0 && picks.length === line.commits.length;
	const name = all ? "cherry-pick-to-release" : "release-branch-updated";
	return { name, ...base, commits: line.commits.length, ...(picks.length === 0 ? {} : { picks }) };
}

function* eventsOfTag(move: Move, base: Omit<EventFacts, "name">, { flow, after: refs }: MoveContext): Asking<readonly EventFacts[]> {
	const { before, after } = move;
	if (after === undefined || !isVersionTag(flow, move.name)) return [];
	if (before !== undefined) return [{ name: "tag-moved", ...base }];
	const main = refs.branches.get(flow.branches.main);
	if (flow.model !== "trunk-based" || main === undefined) return [{ name: "tag", ...base }];
	const hasBranch = [...refs.branches].some(([branch, tip]) => tip === after && roleOf(flow, branch) === "release");
	const onMain = !hasBranch && (yield* ask("isAncestor", { ancestor: after, of: main }));
	return [{ name: onMain ? "release-from-main" : "tag", ...base }];
}

function isVersionTag(flow: Flow, tag: string): boolean {
	return flow.tags.some((glob) => matchesGlob(glob, tag));
}

function rewrittenEvent(
	branch: string,
	{ from, to, commits }: { readonly from: Oid | undefined; readonly to: Oid | undefined; readonly commits: ReadonlyMap<Oid, CommitFacts> },
): EventFacts {
	const place = { ...(from === undefined ? {} : { before: from }), ...(to === undefined ? {} : { after: to }) };
	return { name: "branch-rewritten", ref: `refs/heads/${branch}`, ...place, forced: true, ...told(commits.get(to ?? "")) };
}

function landingName(target: "main" | "develop", { method, source }: Pick<EventFacts, "method" | "source">): string {
	if (method === undefined) return `push-to-${target}`;
	if (target === "main") return source?.role === "hotfix" ? "hotfix-merged" : "merge-to-main";
	const role = source?.role;
	return role === "release" || role === "hotfix" || role === "main" ? "back-merge-to-develop" : "merge-to-develop";
}

/** Who made a commit, and what it says of itself. */
function told(commit: CommitFacts | undefined): Pick<EventFacts, "author" | "email" | "subject"> {
	if (commit === undefined) return {};
	const [subject = ""] = commit.message.split("\n", 1);
	return { author: commit.author, email: commit.email, subject: subject.slice(0, 500) };
}
