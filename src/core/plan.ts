import type { Change, ChangeAction, Observation, Plan } from "./change.ts";
import { hashObject, hashValue } from "./hash.ts";
import { annotation, type DesiredObject, type HookPhase, keyOf, type ObjectKey, type ObjectRef, refOf } from "./object.ts";

/** What the plan needs to know of an entry of the Inventory. */
export interface PlanOwned {
	readonly key: ObjectKey;
	readonly ref: ObjectRef;
	readonly created: boolean;
	/** True where the Object's annotation forbids its deletion. */
	readonly keep?: boolean;
	/** Apply order of the Object when it was last applied; 0 where absent. */
	readonly wave?: number;
}

export interface PlanInput {
	readonly application: string;
	/** Hooks included. */
	readonly desired: readonly DesiredObject[];
	/** For every desired Object that is no hook, and every owned one. */
	readonly observations: readonly Observation[];
	readonly owned: readonly PlanOwned[];
	readonly prune: boolean;
	/** True where a Sync goes on that began before: its hooks still count, although nothing may be left to change. */
	readonly resumes?: boolean;
	/** Rank of a kind within a wave; lower first; 0 where absent. */
	readonly kindOrder?: Readonly<Record<string, number>>;
}

const phases: ReadonlySet<string> = new Set<HookPhase>(["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete"]);

/** The hook phase of an Object, or undefined for a part of the Application. */
export function hookOf(object: DesiredObject): HookPhase | undefined {
	const phase = object.metadata.annotations?.[annotation.hook];
	return phase !== undefined && phases.has(phase) ? (phase as HookPhase) : undefined;
}

/** The apply order of an Object; 0 where its annotation is absent or no integer. */
export function waveOf(object: DesiredObject): number {
	const wave = Number(object.metadata.annotations?.[annotation.wave] ?? "0");
	return Number.isSafeInteger(wave) ? wave : 0;
}

const actions: Readonly<Record<Observation["state"], ChangeAction>> = {
	missing: "create",
	same: "unchanged",
	different: "update",
	immutable: "replace",
};

function changeFor(object: DesiredObject, observation: Observation | undefined): Change {
	const ref = refOf(object);
	const key = keyOf(ref);
	if (observation === undefined) throw new Error(`the driver did not say how ${key} is`);
	const isTaken = observation.foreign === true && observation.state !== "same" && observation.state !== "missing";
	const common = { key, ref, wave: waveOf(object), differences: observation.differences, desired: object };
	if (!isTaken) return { ...common, action: actions[observation.state] };
	if (object.metadata.annotations?.[annotation.adopt] === "true") {
		return { ...common, action: actions[observation.state], reason: "adopted: it exists and was not made by Gitward" };
	}
	return {
		...common,
		action: "skip",
		reason: `exists and was not made by Gitward: annotate it with ${annotation.adopt}: "true" to take it over`,
	};
}

function deletion(entry: PlanOwned, prune: boolean): Change {
	const common = { key: entry.key, ref: entry.ref, wave: entry.wave ?? 0, differences: [] };
	if (!prune) return { ...common, action: "skip", reason: "kept: the Environment does not prune" };
	if (entry.keep === true) return { ...common, action: "skip", release: true, reason: `let go: ${annotation.prune} is disabled` };
	if (!entry.created)
		return { ...common, action: "skip", release: true, reason: "let go: it was adopted, and Gitward deletes only what it made" };
	return { ...common, action: "delete" };
}

/** What the plan would do, as a value that does not depend on when it was made. */
function hashOf(application: string, changes: readonly Change[]): string {
	const effects = changes
		.filter((change) => change.action !== "unchanged" && change.action !== "skip")
		.map((change) => [change.key, change.action, change.hook ?? "", change.desired === undefined ? "" : hashObject(change.desired)]);
	return hashValue([application, effects.sort((a, b) => (String(a) < String(b) ? -1 : 1))]);
}

/** The ordered Changes that lead from what was observed to what is desired. Pure; deletions come last, hooks only where something changes. */
export function makePlan(input: PlanInput): Plan {
	const { kindOrder = {} } = input;
	const observations = new Map(input.observations.map((observation) => [observation.key, observation]));
	const parts: Change[] = [];
	const hooks: Change[] = [];
	for (const object of input.desired) {
		const hook = hookOf(object);
		const ref = refOf(object);
		if (hook === undefined) parts.push(changeFor(object, observations.get(keyOf(ref))));
		else hooks.push({ key: keyOf(ref), ref, action: "create", wave: waveOf(object), hook, differences: [], desired: object });
	}
	const rank = (change: Change): number => kindOrder[change.ref.kind] ?? 0;
	const applied = parts.toSorted((a, b) => a.wave - b.wave || rank(a) - rank(b));
	const wanted = new Set(parts.map((change) => change.key));
	const deletions = input.owned
		.filter((entry) => !wanted.has(entry.key))
		.map((entry) => deletion(entry, input.prune))
		.toSorted((a, b) => b.wave - a.wave || rank(b) - rank(a) || (a.key < b.key ? 1 : -1));
	const isIdle =
		input.resumes !== true &&
		applied.every((change) => change.action === "unchanged" || change.action === "skip") &&
		deletions.every((change) => change.action === "skip");
	const of = (phase: HookPhase): readonly Change[] =>
		isIdle ? [] : hooks.filter((change) => change.hook === phase).toSorted((a, b) => a.wave - b.wave);
	const changes = [
		...of("PreSync"),
		...of("Sync"),
		...applied,
		...of("PostSync"),
		...(deletions.some((change) => change.action === "delete") ? of("PreDelete") : []),
		...deletions,
	];
	return { changes, hash: hashOf(input.application, changes) };
}

/** True when carrying it out would change nothing. */
export function isEmpty(plan: Plan): boolean {
	return plan.changes.every((change) => change.action === "unchanged" || change.action === "skip");
}
