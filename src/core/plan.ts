import type { Change, ChangeAction, Observation, Plan } from "./change.ts";
import { hashObject, hashValue } from "./hash.ts";
import { type Leave, leaveText } from "./leave.ts";
import { annotation, type DesiredObject, type HookPhase, keyOf, type ObjectKey, type ObjectRef, refOf } from "./object.ts";
import { optionsOf } from "./object-options.ts";

/** What the plan needs to know of an entry of the Inventory. */
export interface PlanOwned {
	readonly key: ObjectKey;
	readonly ref: ObjectRef;
	readonly created: boolean;
	/** True where the Object's annotation forbids its deletion. */
	readonly keep?: boolean;
	/** Apply order of the Object when it was last applied; 0 where absent. */
	readonly wave?: number;
	/** True where its annotation says that it is deleted after all others. */
	readonly last?: boolean;
	/** True where its annotation says that a person must confirm its deletion. */
	readonly confirm?: boolean;
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
	/** True where the Application goes: only then its PreDelete and PostDelete hooks are run. */
	readonly removal?: boolean;
	/** Rank of an Object within its wave; lower first; all are equal where absent. */
	readonly rank?: (ref: ObjectRef) => number;
	/** Objects that another Application owns and no longer wants, with its name: they are taken over from it. */
	readonly takes?: ReadonlyMap<ObjectKey, string>;
	/** Objects that another Application owns and still wants, with its name: they are left alone. */
	readonly held?: ReadonlyMap<ObjectKey, string>;
	/** Owned Objects that are not deleted on account of other Applications. */
	readonly leaves?: ReadonlyMap<ObjectKey, Leave>;
}

const actions: Readonly<Record<Observation["state"], ChangeAction>> = {
	missing: "create",
	same: "unchanged",
	different: "update",
	immutable: "replace",
};

function changeFor(
	object: DesiredObject,
	observation: Observation | undefined,
	from: string | undefined,
	heldBy: string | undefined,
): Change {
	const ref = refOf(object);
	const key = keyOf(ref);
	const { wave, ignored, ifAbsent, adopt } = optionsOf(object);
	const left = { key, ref, wave, action: "skip", differences: [], desired: object } as const;
	if (ignored) return { ...left, reason: "left alone, as its annotation says" };
	if (observation === undefined) throw new Error(`the driver did not say how ${key} is`);
	const common = { key, ref, wave, differences: observation.differences, desired: object };
	if (ifAbsent && observation.state !== "missing") return { ...left, reason: "kept as it is: it is only made where it is missing" };
	if (heldBy !== undefined) return { ...left, reason: `belongs to the Application ${heldBy}, which still wants it` };
	const isTaken = observation.foreign === true && observation.state !== "same" && observation.state !== "missing";
	if (!isTaken) return { ...common, action: actions[observation.state] };
	if (from !== undefined)
		return { ...common, action: actions[observation.state], reason: `taken over from the Application ${from}, which no longer wants it` };
	if (adopt) return { ...common, action: actions[observation.state], reason: "adopted: it exists and was not made by Gitward" };
	const owner = observation.owner === undefined ? "exists and was not made by Gitward" : `exists and belongs to ${observation.owner}`;
	return { ...common, action: "skip", reason: `${owner}: annotate it with ${annotation.adopt}: "true" to take it over` };
}

function deletion(entry: PlanOwned, prune: boolean, leave: Leave | undefined): Change {
	const common = { key: entry.key, ref: entry.ref, wave: entry.wave ?? 0, differences: [] };
	if (leave?.why === "shares") return { ...common, action: "skip", release: true, reason: leaveText(leave) };
	if (leave !== undefined) return { ...common, action: "skip", leave, reason: leaveText(leave) };
	if (!prune) return { ...common, action: "skip", reason: "kept: the Environment does not prune" };
	if (entry.keep === true) return { ...common, action: "skip", release: true, reason: `let go: ${annotation.prune} is disabled` };
	if (!entry.created)
		return { ...common, action: "skip", release: true, reason: "let go: it was adopted, and Gitward deletes only what it made" };
	return { ...common, action: "delete", ...(entry.confirm === true ? { confirm: true } : {}) };
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
	const { takes, held, leaves } = input;
	const observations = new Map(input.observations.map((observation) => [observation.key, observation]));
	const parts: Change[] = [];
	const hooks: Change[] = [];
	for (const object of input.desired) {
		const options = optionsOf(object);
		const ref = refOf(object);
		const key = keyOf(ref);
		if (options.hooks.length === 0) parts.push(changeFor(object, observations.get(key), takes?.get(key), held?.get(key)));
		for (const hook of options.hooks) {
			hooks.push({ key, ref, action: "create", wave: options.wave, hook, differences: [], desired: object });
		}
	}
	const ranks = new Map(input.rank === undefined ? [] : [...parts, ...input.owned].map(({ key, ref }) => [key, input.rank?.(ref) ?? 0]));
	const rank = (change: Change): number => ranks.get(change.key) ?? 0;
	const applied = parts.toSorted((a, b) => a.wave - b.wave || rank(a) - rank(b));
	const wanted = new Set(parts.map((change) => change.key));
	const unwanted = input.owned.filter((entry) => !wanted.has(entry.key));
	const last = new Set(unwanted.flatMap((entry) => (entry.last === true ? [entry.key] : [])));
	const deletions = unwanted
		.map((entry) => deletion(entry, input.prune, leaves?.get(entry.key)))
		.toSorted(
			(a, b) => Number(last.has(a.key)) - Number(last.has(b.key)) || b.wave - a.wave || rank(b) - rank(a) || (a.key < b.key ? 1 : -1),
		);
	const isIdle =
		input.resumes !== true &&
		applied.every((change) => change.action === "unchanged" || change.action === "skip") &&
		deletions.every((change) => change.action === "skip");
	const of = (phase: HookPhase): readonly Change[] =>
		isIdle ? [] : hooks.filter((change) => change.hook === phase).toSorted((a, b) => a.wave - b.wave);
	const changes = [
		...(input.removal === true ? of("PreDelete") : of("PreSync")),
		...of("Sync"),
		...applied,
		...of("PostSync"),
		...deletions,
		...(input.removal === true ? of("PostDelete") : []),
	];
	return { changes, hash: hashOf(input.application, changes) };
}

/** True when carrying it out would change nothing. */
export function isEmpty(plan: Plan): boolean {
	return plan.changes.every((change) => change.action === "unchanged" || change.action === "skip");
}
