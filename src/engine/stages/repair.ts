import type { DriftedObject } from "../../core/application-state.ts";
import type { Change } from "../../core/change.ts";
import type { DriftMode } from "../../core/documents/environment.ts";
import { fightOn, isFutile } from "../../core/fight.ts";
import { hashObject } from "../../core/hash.ts";
import { standingHolds } from "../../core/next-step.ts";
import type { ObjectKey } from "../../core/object.ts";
import { optionsOf } from "../../core/object-options.ts";
import type { Hold } from "../../core/views/application.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf, timestamp } from "../context.ts";
import type { NewEvent } from "../status.ts";
import { compare, keepOf } from "./observe.ts";
import { renderedObjects } from "./rendered.ts";

/** Fields of one drifted Object that are told. */
const maxFields = 5;
/** Fights that are remembered at once; beyond, all are forgotten and counted anew. */
const maxFights = 10_000;

/** What differs, and who set it where that is known, in half a sentence. */
function what(change: Change): string {
	if (change.action === "create") return `${change.key} was gone`;
	const fields = change.differences.slice(0, maxFields).map(({ path, manager, since }) => {
		if (manager === undefined) return path;
		return `${path} (set by ${manager}${since === undefined ? "" : ` at ${since}`})`;
	});
	return `${change.key} differed${fields.length === 0 ? "" : ` at ${fields.join(", ")}`}`;
}

/** What happens to a drifted Object: as rules say for all of its fields, else as its annotation says, else as the Application does. */
function modeOf(change: Change, mode: DriftMode): DriftMode {
	const ruled = new Set(change.differences.map((difference) => difference.drift));
	const [rule] = ruled;
	if (ruled.size === 1 && rule !== undefined) return rule;
	return (change.desired === undefined ? undefined : optionsOf(change.desired).drift) ?? mode;
}

/**
 * Looks at what may have drifted from what was applied, and repairs it or says so: what `mode` says, unless an annotation or a rule
 * says otherwise. While there is something to wait for it repairs nothing.
 */
export async function repairStage(
	engine: EngineContext,
	application: ApplicationContext,
	mode: DriftMode,
	waits: readonly Hold[],
): Promise<void> {
	const { name, signal } = application;
	const state = stateOf(engine, name);
	if (state.applied === undefined) return;
	const suspects = engine.suspects.get(name) ?? "all";
	engine.suspects.delete(name);
	const known = state.drift.map((drifted) => drifted.key);
	try {
		const objects = await renderedObjects(engine, state.applied.hash);
		const only = suspects === "all" ? undefined : new Set<ObjectKey>([...suspects, ...known]);
		const { plan, owned } = await compare(engine, application, objects, { purpose: "drift", ...(only === undefined ? {} : { only }) });
		const changes = plan.changes.filter(
			(change) => change.hook === undefined && (change.action === "create" || change.action === "update" || change.action === "replace"),
		);
		const toHeal: Change[] = [];
		const rest: DriftedObject[] = [];
		for (const change of changes) {
			const drifted = notHealed(engine, application, change, modeOf(change, mode), waits.length > 0);
			if (drifted === undefined) toHeal.push(change);
			else rest.push(drifted);
		}
		await report(engine, application, changes, rest, waits);
		await heal(engine, application, toHeal, owned, rest);
	} catch (error) {
		if (!signal.aborted) remember(engine, name, suspects);
		throw error;
	}
}

/** Why a drifted Object is not repaired, or undefined where it is. */
function notHealed(
	engine: EngineContext,
	{ name }: ApplicationContext,
	change: Change,
	mode: DriftMode,
	waits: boolean,
): DriftedObject | undefined {
	const before = stateOf(engine, name).drift.find((each) => each.key === change.key);
	const fields = change.differences.slice(0, maxFields).map(({ path, manager, since }) => ({
		path,
		...(manager === undefined ? {} : { manager }),
		...(since === undefined ? {} : { since }),
	}));
	const drifted = { key: change.key, since: before?.since ?? timestamp(engine), fields };
	if (mode !== "heal") return { ...drifted, mode };
	if (before?.mode === "fight") return { ...drifted, mode: "fight", message: before.message ?? "" };
	if (waits) return drifted;
	const id = `${name} ${change.key}`;
	const fight = fightOn(engine.fights.get(id), change, engine.clock.now());
	if (engine.fights.size > maxFights) engine.fights.clear();
	engine.fights.set(id, fight);
	if (!isFutile(fight)) return undefined;
	engine.fights.delete(id);
	const message = `${what(change)} again and again: ${fight.count - 1} repairs in a row did not last${fight.opponent === undefined ? "" : `, as ${fight.opponent} sets it back`}`;
	return { ...drifted, mode: "fight", message };
}

/** What was to be looked at is looked at again after a failure. */
function remember(engine: EngineContext, name: string, suspects: ReadonlySet<ObjectKey> | "all"): void {
	const since = engine.suspects.get(name);
	engine.suspects.set(name, suspects === "all" || since === "all" ? "all" : new Set([...suspects, ...(since ?? [])]));
}

async function heal(
	engine: EngineContext,
	application: ApplicationContext,
	changes: readonly Change[],
	owned: readonly OwnedObject[],
	rest: readonly DriftedObject[],
): Promise<void> {
	const { name, environment } = application;
	const before = new Map(owned.map((object) => [object.key, object]));
	const target = targetOf(engine, application);
	const repaired: OwnedObject[] = [];
	const events: NewEvent[] = [];
	const state = stateOf(engine, name);
	try {
		for (const change of changes) {
			if (change.desired === undefined) continue;
			const entry = before.get(change.key);
			const { record } = await target.apply(name, change, entry, application.options);
			engine.counters.applies += 1;
			repaired.push({
				key: change.key,
				ref: change.ref,
				created: entry?.created ?? true,
				desiredHash: hashObject(change.desired),
				record,
				...keepOf(change),
			});
			events.push({
				type: "DriftRepaired",
				severity: "info",
				message: `${what(change)} and was repaired`,
				application: name,
				environment: environment.metadata.name,
				object: change.key,
				revision: state.applied?.revision ?? "",
			});
		}
	} finally {
		if (repaired.length > 0) {
			await engine.status.update(
				name,
				{ drift: rest, attempt: undefined },
				{ writes: [{ type: "own", application: name, environment: environment.metadata.name, objects: repaired }], events },
			);
			await target.track(name, await engine.store.inventory(name, environment.metadata.name), application.options);
		}
	}
	if (repaired.length === 0 && state.attempt !== undefined) await engine.status.update(name, { attempt: undefined });
}

/** Tells of what differs and is not repaired, once. */
async function report(
	engine: EngineContext,
	application: ApplicationContext,
	changes: readonly Change[],
	drift: readonly DriftedObject[],
	waits: readonly Hold[],
): Promise<void> {
	const { name, environment } = application;
	const state = stateOf(engine, name);
	if (drift.length === 0 && state.drift.length === 0) return;
	const events = drift.flatMap((drifted): NewEvent[] => {
		const before = state.drift.find((each) => each.key === drifted.key);
		const change = changes.find((each) => each.key === drifted.key);
		if (change === undefined || (before !== undefined && before.mode === drifted.mode)) return [];
		const isFight = drifted.mode === "fight";
		return [
			{
				type: isFight ? "DriftFight" : "DriftDetected",
				severity: isFight ? "error" : "warning",
				message: isFight ? `${drifted.message ?? ""}. It is left as it is until a new Revision or a Sync` : what(change),
				application: name,
				environment: environment.metadata.name,
				object: drifted.key,
			},
		];
	});
	await engine.status.update(name, { drift, holds: [...standingHolds({ ...state, drift }), ...waits] }, { events });
}
