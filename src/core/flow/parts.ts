import type { EventFacts } from "./event.ts";
import type { Flow } from "./flow.ts";
import { matchesPath } from "./path-glob.ts";
import { type Asking, ask, type Changes, type CommitFacts, type Span } from "./questions.ts";
import type { Oid, Refs } from "./refs.ts";

/** Parts that a change of paths affects: those that hold one, and those built from them. Sorted. */
export function affectedParts(parts: Flow["parts"], paths: readonly string[]): readonly string[] {
	const affected = new Set(
		Object.keys(parts).filter((name) => parts[name]?.paths.some((pattern) => paths.some((path) => matchesPath(pattern, path)))),
	);
	const dependents = new Map<string, string[]>();
	for (const [name, { dependsOn }] of Object.entries(parts))
		for (const other of dependsOn) dependents.set(other, [...(dependents.get(other) ?? []), name]);
	// A set is walked on while it grows.
	for (const name of affected) for (const dependent of dependents.get(name) ?? []) affected.add(dependent);
	return [...affected].sort();
}

/** Tells for each event which parts it affects; of what is too large to compare, all. */
export function* addParts(events: readonly EventFacts[], flow: Flow, refs: Refs): Asking<readonly EventFacts[]> {
	const all = Object.keys(flow.parts).sort();
	if (all.length === 0) return events;
	const spans: (Span | undefined)[] = [];
	for (const { before, after, name } of events)
		spans.push(after === undefined || name === "back-merge-missing" ? undefined : yield* spanOf({ before, after }, flow, refs));
	const changes = yield* changesOf(spans);
	return events.map((event, index) => {
		if (event.after === undefined) return event;
		const change = changes[index];
		return { ...event, parts: change?.complete === true ? affectedParts(flow.parts, pathsOf(change)) : all };
	});
}

/** What a ref brought: since where it was, or, for a new one, since it left main. */
export function* spanOf(
	{ before, after }: { readonly before: Oid | undefined; readonly after: Oid },
	flow: Flow,
	refs: Refs,
): Asking<Span | undefined> {
	if (before !== undefined) {
		const [there]: readonly CommitFacts[] = yield* ask("commits", { oids: [before] });
		return there === undefined ? undefined : { from: before, to: after };
	}
	for (const branch of flow.model === "git-flow" ? [flow.branches.develop, flow.branches.main] : [flow.branches.main]) {
		const tip = refs.branches.get(branch);
		const base = tip === undefined || tip === after ? undefined : yield* ask("mergeBase", { a: tip, b: after });
		if (base !== undefined) return { from: base, to: after };
	}
	return undefined;
}

/** Changes of those spans that there are. */
export function* changesOf(spans: readonly (Span | undefined)[]): Asking<readonly (Changes | undefined)[]> {
	const known = spans.filter((span) => span !== undefined);
	const changes = yield* ask("changes", { spans: known });
	const bySpan = new Map(known.map((span, index) => [span, changes[index]]));
	return spans.map((span) => (span === undefined ? undefined : bySpan.get(span)));
}

/** Paths of a change. */
export function pathsOf({ files }: Changes): readonly string[] {
	return files.map(({ path }) => path);
}
