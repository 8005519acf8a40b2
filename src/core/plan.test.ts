import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "./change.ts";
import { hashObject, hashObjects } from "./hash.ts";
import { type DesiredObject, keyOf, parseKey, refOf } from "./object.ts";
import { isEmpty, makePlan, type PlanOwned } from "./plan.ts";
import { stagesOf } from "./waves.ts";

const ranks: Readonly<Record<string, number>> = { Directory: -30, File: -20, Process: 20 };
const rank = ({ kind }: { readonly kind: string }): number => ranks[kind] ?? 0;

function object(name: string, annotations: Record<string, string> = {}, kind = "File"): DesiredObject {
	return { apiVersion: "host.gitward.dev/v1", kind, metadata: { name, namespace: "shop", annotations }, spec: { content: name } };
}

function owned(each: DesiredObject, rest: Partial<PlanOwned> = {}): PlanOwned {
	return { key: keyOf(refOf(each)), ref: refOf(each), created: true, ...rest };
}

function seen(each: DesiredObject, state: Observation["state"], foreign = false): Observation {
	return { key: keyOf(refOf(each)), state, differences: [], ...(foreign ? { foreign } : {}) };
}

function plan(
	desired: readonly DesiredObject[],
	observations: readonly Observation[],
	inventory: readonly PlanOwned[] = [],
	prune = true,
): ReturnType<typeof makePlan> {
	return makePlan({ application: "shop", desired, observations, owned: inventory, prune, rank });
}

const a = object("a");
const b = object("b");

describe("makePlan", () => {
	it("creates what is missing, updates what differs, leaves what is the same", () => {
		const { changes } = plan([a, b, object("c")], [seen(a, "missing"), seen(b, "different"), seen(object("c"), "same")]);
		expect(changes.map((change) => change.action)).toEqual(["create", "update", "unchanged"]);
	});

	it("deletes what Git no longer holds, unless it was adopted, is to be kept, or nothing is pruned", () => {
		const all = [owned(a), owned(b, { created: false }), owned(object("c"), { keep: true })];
		expect(
			plan([], [], all)
				.changes.map((change) => `${change.key.at(-1) ?? ""} ${change.action} ${String(change.release === true)}`)
				.toSorted(),
		).toEqual(["a delete false", "b skip true", "c skip true"]);
		expect(plan([], [], all, false).changes.every((change) => change.action === "skip" && change.release !== true)).toBe(true);
	});

	it("deletes nothing on account of other Applications, and lets go what they share", () => {
		const c = object("c");
		const leaves = new Map([
			[keyOf(refOf(a)), { to: "store", why: "wants" }],
			[keyOf(refOf(b)), { to: "store", why: "may" }],
			[keyOf(refOf(c)), { to: "store", why: "shares" }],
		] as const);
		const { changes } = makePlan({
			application: "shop",
			desired: [],
			observations: [],
			owned: [owned(a), owned(b), owned(c)],
			prune: true,
			leaves,
		});
		const byKey = changes.toSorted((x, y) => (x.key < y.key ? -1 : 1));
		expect(byKey.map(({ action, leave, release }) => [action, leave?.why, release])).toEqual([
			["skip", "wants", undefined],
			["skip", "may", undefined],
			["skip", undefined, true],
		]);
		expect(byKey.every(({ reason }) => reason?.includes("the Application store") === true)).toBe(true);
	});

	it("leaves alone what another Application owns and still wants", () => {
		const held = new Map([[keyOf(refOf(a)), "store"]]);
		const { changes } = makePlan({
			application: "shop",
			desired: [a],
			observations: [seen(a, "missing")],
			owned: [],
			prune: true,
			held,
		});
		expect(changes).toMatchObject([{ action: "skip", reason: "belongs to the Application store, which still wants it" }]);
	});

	it("takes over nothing that is not ours, unless told to or already as desired", () => {
		expect(plan([a], [seen(a, "different", true)]).changes[0]).toMatchObject({
			action: "skip",
			reason: expect.stringContaining("gitward.dev/adopt"),
		});
		expect(plan([a], [seen(a, "same", true)]).changes[0]?.action).toBe("unchanged");
		const adopting = object("a", { "gitward.dev/adopt": "true" });
		expect(plan([adopting], [seen(adopting, "different", true)]).changes[0]?.action).toBe("update");
	});

	it("runs hooks only where something changes", () => {
		const hook = object("migrate", { "gitward.dev/hook": "PreSync" }, "Job");
		expect(plan([a, hook], [seen(a, "same")]).changes.filter((change) => change.hook !== undefined)).toEqual([]);
		expect(plan([a, hook], [seen(a, "different")]).changes.map((change) => change.hook)).toEqual(["PreSync", undefined]);
		const resumed = makePlan({
			application: "shop",
			desired: [a, hook],
			observations: [seen(a, "same")],
			owned: [],
			prune: true,
			resumes: true,
		});
		expect(resumed.changes.map((change) => change.hook)).toEqual(["PreSync", undefined]);
	});

	it("orders by wave, then kind; deletions last and the other way round", () => {
		const process = object("p", {}, "Process");
		const early = object("early", { "gitward.dev/wave": "-1" }, "Process");
		const folder = object("d", {}, "Directory");
		const desired = [process, a, early];
		const result = plan(
			desired,
			desired.map((each) => seen(each, "missing")),
			[owned(folder), owned(b)],
		);
		expect(result.changes.map((change) => `${change.action} ${change.ref.name}`)).toEqual([
			"create early",
			"create a",
			"create p",
			"delete b",
			"delete d",
		]);
		expect(stagesOf(result).map((stage) => [stage.kind, stage.changes.length])).toEqual([
			["wave", 1],
			["wave", 2],
			["prune", 2],
		]);
	});

	it("deletes in reverse wave order, then kind, so that what came first goes last", () => {
		const database = object("database", {}, "Process");
		const result = plan([], [], [owned(database, { wave: -1 }), owned(a, { wave: 5 }), owned(b), owned(object("web", {}, "Process"))]);
		expect(result.changes.map((change) => `${change.action} ${change.ref.name}`)).toEqual([
			"delete a",
			"delete web",
			"delete b",
			"delete database",
		]);
	});

	it("refuses an observation that does not speak of a desired Object: unknown is never empty", () => {
		expect(() => plan([a], [])).toThrow("did not say");
	});
});

const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"));
const states = fc.constantFrom<Observation["state"]>("missing", "same", "different", "immutable");

describe("laws of plans", () => {
	it("a plan after its apply is empty", () => {
		fc.assert(
			fc.property(names, names, states, (desired, inventory, state) => {
				const objects = desired.map((name) => object(name));
				const first = plan(
					objects,
					objects.map((each) => seen(each, state)),
					inventory.map((name) => owned(object(name))),
				);
				const left = new Map(inventory.map((name) => [keyOf(refOf(object(name))), owned(object(name))]));
				for (const change of first.changes) {
					if (change.action === "delete") left.delete(change.key);
					else if (change.desired !== undefined) left.set(change.key, owned(change.desired));
				}
				const second = plan(
					objects,
					objects.map((each) => seen(each, "same")),
					[...left.values()],
				);
				expect(isEmpty(second)).toBe(true);
			}),
		);
	});

	it("prunes only what is in the Inventory and not desired", () => {
		fc.assert(
			fc.property(names, names, (desired, inventory) => {
				const objects = desired.map((name) => object(name));
				const result = plan(
					objects,
					objects.map((each) => seen(each, "same")),
					inventory.map((name) => owned(object(name))),
				);
				const deleted = result.changes.filter((change) => change.action === "delete").map((change) => change.ref.name);
				expect(deleted.toSorted()).toEqual(inventory.filter((name) => !desired.includes(name)).toSorted());
			}),
		);
	});

	it("the hash speaks of what is done and not of the order in which it was found", () => {
		fc.assert(
			fc.property(names, states, (desired, state) => {
				const objects = desired.map((name) => object(name));
				const observations = objects.map((each) => seen(each, state));
				expect(plan(objects.toReversed(), observations).hash).toBe(plan(objects, observations).hash);
				expect(hashObjects(objects.toReversed())).toBe(hashObjects(objects));
			}),
		);
		expect(plan([a], [seen(a, "missing")]).hash).not.toBe(plan([b], [seen(b, "missing")]).hash);
		expect(hashObject({ ...a, spec: { x: 1, y: 2 } })).toBe(hashObject({ ...a, spec: { y: 2, x: 1 } }));
	});

	it("keys lead back to their refs", () => {
		fc.assert(
			fc.property(fc.constantFrom("", "apps", "host.gitward.dev"), fc.stringMatching(/^[a-z/.-]{1,20}$/u), (group, name) => {
				const ref = { group, kind: "File", namespace: "shop", name };
				expect(parseKey(keyOf(ref))).toEqual(ref);
			}),
		);
	});
});
