import type { DriftedObject } from "../../core/application-state.ts";
import type { Change } from "../../core/change.ts";
import { hashObject } from "../../core/hash.ts";
import { rollbackHolds } from "../../core/next-step.ts";
import type { ObjectKey } from "../../core/object.ts";
import type { Hold } from "../../core/views/application.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf, timestamp } from "../context.ts";
import type { NewEvent } from "../status.ts";
import { compare, keepOf, renderedObjects } from "./observe.ts";

function what(change: Change): string {
	if (change.action === "create") return `${change.key} was gone`;
	const fields = change.differences.map((difference) => difference.path).slice(0, 5);
	return `${change.key} differed${fields.length === 0 ? "" : ` at ${fields.join(", ")}`}`;
}

/** Looks at what may have drifted from what was applied, and repairs it (`heal`) or says so (`report`, `ask`). */
export async function repairStage(engine: EngineContext, application: ApplicationContext, mode: "heal" | "report" | "ask"): Promise<void> {
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
		if (mode === "heal") await heal(engine, application, changes, owned);
		else await report(engine, application, changes, mode);
	} catch (error) {
		if (!signal.aborted) remember(engine, name, suspects);
		throw error;
	}
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
				{ drift: [], attempt: undefined },
				{ writes: [{ type: "own", application: name, environment: environment.metadata.name, objects: repaired }], events },
			);
			await target.track(name, await engine.store.inventory(name, environment.metadata.name), application.options);
		}
	}
	if (state.drift.length > 0 || state.attempt !== undefined) await engine.status.update(name, { drift: [], attempt: undefined });
}

async function report(
	engine: EngineContext,
	application: ApplicationContext,
	changes: readonly Change[],
	mode: "report" | "ask",
): Promise<void> {
	const { name, environment } = application;
	const state = stateOf(engine, name);
	const drift: readonly DriftedObject[] = changes.map((change) => ({
		key: change.key,
		since: state.drift.find((each) => each.key === change.key)?.since ?? timestamp(engine),
	}));
	const news = changes.filter((change) => state.drift.every((each) => each.key !== change.key));
	const holds: readonly Hold[] =
		mode === "ask" && drift.length > 0
			? [
					{
						reason: "DriftAsk",
						message: `${drift.length} ${drift.length === 1 ? "object differs" : "objects differ"} from what was applied: sync to repair`,
					},
				]
			: [];
	await engine.status.update(
		name,
		{ drift, holds: [...rollbackHolds(state), ...holds] },
		{
			events: news.map((change) => ({
				type: "DriftDetected",
				severity: "warning" as const,
				message: what(change),
				application: name,
				environment: environment.metadata.name,
				object: change.key,
			})),
		},
	);
}
