import { AppError } from "../../core/app-error.ts";
import type { Change, Plan } from "../../core/change.ts";
import { type DesiredObject, keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import { optionsOf } from "../../core/object-options.ts";
import { makePlan, type PlanOwned } from "../../core/plan.ts";
import type { ObserveOptions, OwnedObject, Target } from "../../ports/driver.ts";
import type { Owner } from "../../ports/store.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf } from "../context.ts";
import { demandStays } from "./going.ts";
import { givenUp, leavesOf } from "./handover.ts";

/** What the Inventory notes of how an Object is annotated to be deleted: never, or only where a person confirms it. */
export function keepOf({ desired }: Change): { readonly keep?: true; readonly confirm?: true } {
	if (desired === undefined) return {};
	const { keep, confirmPrune } = optionsOf(desired);
	return { ...(keep ? { keep: true } : {}), ...(confirmPrune ? { confirm: true } : {}) };
}

export interface Comparison {
	readonly plan: Plan;
	readonly objects: readonly DesiredObject[];
	readonly owned: readonly OwnedObject[];
	/** Keys that exist and were not made by Gitward: taken over, never deleted. */
	readonly foreign: ReadonlySet<ObjectKey>;
	/** What is taken over from other Applications of the Environment, which no longer want it. */
	readonly takes: ReadonlyMap<ObjectKey, Owner>;
	/** What the target itself says is the Application's, where the store knows nothing of it. */
	readonly recovered: readonly OwnedObject[];
}

/** Compares desired Objects with live ones and plans the way from one to the other; with `only`, for those keys alone and without deletions. */
export async function compare(
	engine: EngineContext,
	application: ApplicationContext,
	desired: readonly DesiredObject[],
	options: {
		readonly purpose: NonNullable<ObserveOptions["purpose"]>;
		readonly only?: ReadonlySet<ObjectKey>;
		readonly resumes?: boolean;
		/** True where the Application goes. */
		readonly removal?: boolean;
	},
): Promise<Comparison> {
	const { only, purpose } = options;
	const environment = application.environment.metadata.name;
	const target = targetOf(engine, application);
	const stored = await engine.store.inventory(application.name, environment);
	const recovered = stored.length === 0 ? await recover(engine, application, target) : [];
	const inventory = [...stored, ...recovered];
	const objects = only === undefined ? desired : desired.filter((object) => only.has(keyOf(refOf(object))));
	const wanted = new Set(objects.map((object) => keyOf(refOf(object))));
	const owned = only === undefined ? inventory : inventory.filter((object) => wanted.has(object.key));
	const observed = objects.filter((object) => {
		const { hooks, ignored } = optionsOf(object);
		return hooks.length === 0 && !ignored;
	});
	const unwanted = purpose !== "drift" ? owned.filter((object) => !wanted.has(object.key)).map((object) => object.key) : [];
	const leaves = await leavesOf(engine, application, unwanted, { patient: purpose === "sync" });
	const known = new Set(owned.map((object) => object.key));
	const unknown = observed.map((object) => keyOf(refOf(object))).filter((key) => !known.has(key));
	const owners = unknown.length === 0 ? new Map<ObjectKey, Owner>() : await engine.store.owners(environment, unknown);
	const takes = await givenUp(engine, owners);
	const held = new Map([...owners].flatMap(([key, owner]) => (takes.has(key) ? [] : [[key, owner.application]])));
	if (purpose === "sync") {
		demandOwn(environment, observed, held);
		demandStays(engine, environment, takes.keys());
	}
	const observations = await target.observe(application.name, observed, owned, { ...application.options, purpose });
	const plan = makePlan({
		application: application.name,
		desired: objects,
		observations,
		owned: await asApplied(engine, application.name, owned, wanted),
		prune: application.environment.spec.policy.prune,
		rank: (ref) => application.driver.rank(ref),
		takes: new Map([...takes].map(([key, owner]) => [key, owner.application])),
		held,
		leaves,
		removal: options.removal === true,
		resumes: options.resumes === true,
	});
	const foreign = new Set(observations.filter((each) => each.foreign === true).map((each) => each.key));
	return { plan, objects, owned, foreign, takes, recovered };
}

/** Throws `conflict` for the first Object that another Application owns and still wants; one that is only made where it is missing may be anybody's. */
function demandOwn(environment: string, desired: readonly DesiredObject[], held: ReadonlyMap<ObjectKey, string>): void {
	for (const object of held.size === 0 ? [] : desired) {
		const key = keyOf(refOf(object));
		const owner = held.get(key);
		if (owner === undefined || optionsOf(object).ifAbsent) continue;
		throw new AppError(`${key} of ${environment} is owned by the Application ${owner}`, {
			code: "OwnedByOther",
			kind: "conflict",
			hint: "Two Applications must not hold the same Object: remove it from one of them, or give it another name or namespace.",
		});
	}
}

/** Asks the target what is the Application's, where no Sync of it succeeded or began as far as the store knows: the store may have been lost. */
async function recover(engine: EngineContext, application: ApplicationContext, target: Target): Promise<readonly OwnedObject[]> {
	const { applied, sync } = stateOf(engine, application.name);
	if (target.recover === undefined || applied !== undefined || sync !== undefined) return [];
	const found = await target.recover(application.name, application.options);
	const owners = await engine.store.owners(
		application.environment.metadata.name,
		found.map((object) => object.key),
	);
	return found.filter((object) => !owners.has(object.key));
}

/** Adds what the Inventory alone does not say of Objects that Git no longer holds: their wave, and whether they were annotated to be kept. */
async function asApplied(
	engine: EngineContext,
	name: string,
	owned: readonly OwnedObject[],
	wanted: ReadonlySet<ObjectKey>,
): Promise<readonly PlanOwned[]> {
	const { applied } = stateOf(engine, name);
	if (applied === undefined || owned.every((object) => wanted.has(object.key))) return owned;
	const before = await engine.store.rendered(applied.hash);
	const applieds = new Map(before?.map((object) => [keyOf(refOf(object)), optionsOf(object)]));
	return owned.map((object) => {
		const options = applieds.get(object.key);
		if (options === undefined) return object;
		const { keep, wave, pruneLast, confirmPrune } = options;
		return { ...object, keep: keep || object.keep === true, wave, last: pruneLast, confirm: confirmPrune || object.confirm === true };
	});
}
