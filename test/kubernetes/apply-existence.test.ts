import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

const some = (prefix: string, count: number): readonly DesiredObject[] =>
	Array.from({ length: count }, (_, index) => world.configMap(`${prefix}-${index}`, { a: "1" }));

it("asks once for many who want to know what exists", async () => {
	const [there] = some("a", 1);
	if (there === undefined) return;
	await world.cluster.call("POST", `/api/v1/namespaces/${world.namespace}/configmaps`, there);
	await world.observe(some("warm", 1), { purpose: "sync" });
	const before = world.requests.reads;
	const found = await Promise.all(Array.from("abcdefghij", (prefix) => world.observe(some(prefix, 50), { purpose: "sync" })));
	expect(found.flat().filter(({ state }) => state !== "missing")).toMatchObject([{ foreign: true }]);
	// The pages of a list of all ConfigMaps, and the one that is there: read and tried.
	expect(world.requests.reads - before).toBeLessThan(10);
});

it("is told by the apply itself of what came since the list, and knows it then", async () => {
	const objects = some("late", 60);
	const [late, other] = objects;
	if (late === undefined || other === undefined) return;
	expect((await world.observe(objects, { purpose: "sync" })).every(({ state }) => state === "missing")).toBe(true);
	await world.cluster.call("POST", `/api/v1/namespaces/${world.namespace}/configmaps`, late);
	await world.apply(other);
	await expect(world.apply(late)).rejects.toMatchObject({ code: "ObjectForeign" });
	const again = await world.observe(objects, { purpose: "sync" });
	expect(again.find(({ key }) => key.endsWith("/late-0"))).toMatchObject({ foreign: true });
	// What was made meanwhile is not missing, and ours.
	expect(again.find(({ key }) => key.endsWith("/late-1"))).toEqual({
		key: `ConfigMap/${world.namespace}/late-1`,
		state: "same",
		differences: [],
	});
});
