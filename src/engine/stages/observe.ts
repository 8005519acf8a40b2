import type { Change, Plan } from "../../core/change.ts";
import { annotation, type DesiredObject, keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import { makePlan, waveOf } from "../../core/plan.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf } from "../context.ts";

/** Kinds in the order in which they are applied within a wave; those not named come between Archive and Process. */
const kindOrder: Readonly<Record<string, number>> = { Directory: -30, File: -20, Archive: -10, Unit: 10, Process: 20 };

/** Whether an Object is annotated never to be deleted. */
function isKept(object: DesiredObject): boolean {
	return object.metadata.annotations?.[annotation.prune] === "disabled";
}

/** What the Inventory notes of that. */
export function keepOf({ desired }: Change): { readonly keep?: true } {
	return desired !== undefined && isKept(desired) ? { keep: true } : {};
}

export interface Comparison {
	readonly plan: Plan;
	readonly objects: readonly DesiredObject[];
	readonly owned: readonly OwnedObject[];
	/** Keys that exist and were not made by Gitward: taken over, never deleted. */
	readonly foreign: ReadonlySet<ObjectKey>;
}

/** Compares desired Objects with live ones and plans the way from one to the other; with `only`, for those keys alone and without deletions. */
export async function compare(
	engine: EngineContext,
	application: ApplicationContext,
	desired: readonly DesiredObject[],
	options: { readonly only?: ReadonlySet<ObjectKey>; readonly resumes?: boolean } = {},
): Promise<Comparison> {
	const { only } = options;
	const inventory = await engine.store.inventory(application.name, application.environment.metadata.name);
	const objects = only === undefined ? desired : desired.filter((object) => only.has(keyOf(refOf(object))));
	const wanted = new Set(objects.map((object) => keyOf(refOf(object))));
	const owned = only === undefined ? inventory : inventory.filter((object) => wanted.has(object.key));
	const observed = objects.filter((object) => object.metadata.annotations?.[annotation.hook] === undefined);
	const observations = await targetOf(engine, application).observe(application.name, observed, owned, { signal: application.signal });
	const plan = makePlan({
		application: application.name,
		desired: objects,
		observations,
		owned: await asApplied(engine, application.name, owned, wanted),
		prune: application.environment.spec.policy.prune,
		kindOrder,
		resumes: options.resumes === true,
	});
	return { plan, objects, owned, foreign: new Set(observations.filter((each) => each.foreign === true).map((each) => each.key)) };
}

/** Adds what the Inventory alone does not say of Objects that Git no longer holds: their wave, and whether they were annotated to be kept. */
async function asApplied(
	engine: EngineContext,
	name: string,
	owned: readonly OwnedObject[],
	wanted: ReadonlySet<ObjectKey>,
): Promise<readonly (OwnedObject & { readonly wave?: number })[]> {
	const { applied } = stateOf(engine, name);
	if (applied === undefined || owned.every((object) => wanted.has(object.key))) return owned;
	const before = await engine.store.rendered(applied.hash);
	const kept = new Set(before?.filter(isKept).map((object) => keyOf(refOf(object))));
	const waves = new Map(before?.map((object) => [keyOf(refOf(object)), waveOf(object)]));
	return owned.map((object) => ({ ...object, ...(kept.has(object.key) ? { keep: true } : {}), wave: waves.get(object.key) ?? 0 }));
}

/** Objects that are kept in memory, over all sets; larger sets are read from the store each time. */
const maxRecent = 1000;

/** Keeps a rendered set at hand for the Sync that follows. */
export function remember(engine: EngineContext, hash: string, objects: readonly DesiredObject[]): void {
	const { recent } = engine;
	recent.delete(hash);
	if (objects.length > maxRecent) return;
	recent.set(hash, objects);
	let total = 0;
	for (const each of recent.values()) total += each.length;
	for (const [oldest, { length }] of recent) {
		if (total <= maxRecent) break;
		recent.delete(oldest);
		total -= length;
	}
}

/** The Objects behind a hash. Throws where the store no longer has them: that is a bug, as what is named is kept. */
export async function renderedObjects(engine: EngineContext, hash: string): Promise<readonly DesiredObject[]> {
	const known = engine.recent.get(hash);
	if (known !== undefined) return known;
	const objects = await engine.store.rendered(hash);
	if (objects === undefined) throw new Error(`the store has lost the rendered objects ${hash}`);
	remember(engine, hash, objects);
	return objects;
}
