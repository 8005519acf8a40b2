import fc from "fast-check";
import type { Json } from "../../src/core/object.ts";
import type { Write } from "../../src/ports/store.ts";
import { ownedObject } from "./store-writes.ts";

/** What a store holds of Applications and Inventories, as plain maps. */
export interface StoreModel {
	applications: Map<string, Json>;
	/** By `environment key`. */
	inventory: Map<string, { readonly application: string; readonly text: string }>;
}

/** Names of Applications that `anyWrites` speaks of. */
export const everyName = ["shop", "cart", "mail"];
const names = fc.constantFrom(...everyName);
const environments = fc.constantFrom("dev", "staging");
const files = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 });

const anyWrite: fc.Arbitrary<Write> = fc.oneof(
	fc.record({
		type: fc.constant("application" as const),
		name: names,
		state: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json),
	}),
	fc.record({ type: fc.constant("remove-application" as const), name: names }),
	fc.tuple(names, environments, files, fc.constantFrom("1", "2")).map(
		([application, environment, own, hash]): Write => ({
			type: "own",
			application,
			environment,
			objects: own.map((file) => ownedObject(file, hash)),
		}),
	),
	fc
		.tuple(names, files)
		.map(([application, gone]): Write => ({ type: "disown", application, keys: gone.map((file) => ownedObject(file).key) })),
);

/** What one call of `write` may be given. */
export const anyWrites = fc.array(anyWrite, { minLength: 1, maxLength: 4 });

/** An empty store. */
export function newModel(): StoreModel {
	return { applications: new Map(), inventory: new Map() };
}

/** What an Application owns, as `name hash`, sorted. */
export function inventoryOf(model: StoreModel, application: string): readonly string[] {
	return [...model.inventory.values()].flatMap((entry) => (entry.application === application ? [entry.text] : [])).toSorted();
}

/** Applies all of it or, where another owns an Object, nothing; tells which. */
export function applyToModel(model: StoreModel, writes: readonly Write[]): boolean {
	const applications = new Map(model.applications);
	const inventory = new Map(model.inventory);
	for (const write of writes) {
		if (write.type === "application") applications.set(write.name, write.state);
		if (write.type === "remove-application") {
			applications.delete(write.name);
			for (const [key, entry] of inventory) if (entry.application === write.name) inventory.delete(key);
		}
		if (write.type === "disown") {
			for (const [key, entry] of inventory) {
				if (entry.application === write.application && write.keys.includes(key.slice(key.indexOf(" ") + 1))) inventory.delete(key);
			}
		}
		if (write.type === "own") {
			for (const object of write.objects) {
				const key = `${write.environment} ${object.key}`;
				const owner = inventory.get(key)?.application ?? write.application;
				if (owner !== write.application) return false;
				inventory.set(key, { application: write.application, text: `${object.ref.name} ${object.desiredHash}` });
			}
		}
	}
	model.applications = applications;
	model.inventory = inventory;
	return true;
}
