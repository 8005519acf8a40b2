import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

function deployment(app: string, annotations: Readonly<Record<string, string>> = {}): DesiredObject {
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "web", namespace: world.namespace, annotations },
		spec: {
			replicas: 1,
			selector: { matchLabels: { app } },
			template: { metadata: { labels: { app } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
		},
	};
}

const uid = async (object: DesiredObject): Promise<string> =>
	(await world.cluster.call("GET", world.path(object)))["metadata"].uid as string;

it("refuses to change what cannot be changed, and says what leads there", async () => {
	await world.apply(deployment("one"));
	const before = await uid(deployment("one"));
	const failure = { code: "FieldImmutable", kind: "invalid", hint: /gitward\.dev\/replace/u };
	await expect(world.observe([deployment("two")])).rejects.toMatchObject(failure);
	await expect(world.apply(deployment("two"), "update")).rejects.toMatchObject(failure);
	await expect(world.apply(deployment("two"), "replace")).rejects.toMatchObject({ code: "FieldImmutable" });
	expect(await uid(deployment("one"))).toBe(before);
});

it("replaces it where that is allowed: the old one is gone, with its Pods, before the new one is made", async () => {
	const allowed = { "gitward.dev/replace": "immutable" };
	await world.apply(deployment("one", allowed));
	const before = await uid(deployment("one"));
	await world.cluster.until(`/api/v1/namespaces/${world.namespace}/pods`, ({ items }) => items?.length === 1);
	const [plan] = await world.observe([deployment("two", allowed)]);
	expect(plan?.state).toBe("immutable");
	expect(plan?.differences.map(({ path }) => path)).toContain("/spec/selector/matchLabels/app");
	await world.apply(deployment("two", allowed), "replace");
	const pods = await world.cluster.call("GET", `/api/v1/namespaces/${world.namespace}/pods?labelSelector=app=one`);
	expect(pods["items"]).toEqual([]);
	expect(await uid(deployment("two"))).not.toBe(before);
	expect((await world.observe([deployment("two", allowed)])).map(({ state }) => state)).toEqual(["same"]);
	// A purpose that needs no plan finds out by the apply itself.
	await world.apply(deployment("three", allowed), "update");
	expect((await world.cluster.call("GET", world.path(deployment("three"))))["spec"].selector.matchLabels).toEqual({ app: "three" });
});

it("replaces at every change what asks for it", async () => {
	const always = { "gitward.dev/replace": "always" };
	const object = world.configMap("settings", { a: "1" }, always);
	await world.apply(object);
	const before = await uid(object);
	await world.apply(world.configMap("settings", { a: "2" }, always), "update");
	expect(await uid(object)).not.toBe(before);
});

it("never deletes what it adopted to replace it", async () => {
	const annotations = { "gitward.dev/replace": "immutable", "gitward.dev/adopt": "true" };
	await world.cluster.call("POST", `/apis/apps/v1/namespaces/${world.namespace}/deployments`, deployment("one"));
	const before = await uid(deployment("one"));
	await world.apply(deployment("one", annotations));
	await expect(world.apply(deployment("two", annotations), "update")).rejects.toMatchObject({
		code: "FieldImmutable",
		message: /adopted/u,
	});
	expect(await uid(deployment("one"))).toBe(before);
});

it("goes on where a kill came between the deletion and the making", async () => {
	const allowed = { "gitward.dev/replace": "immutable" };
	await world.apply(deployment("one", allowed));
	await world.cluster.call("DELETE", world.path(deployment("one")));
	await world.cluster.until(world.path(deployment("one")), ({ kind }) => kind === undefined);
	await world.apply(deployment("two", allowed), "update");
	expect((await world.observe([deployment("two", allowed)])).map(({ state }) => state)).toEqual(["same"]);
});

it("waits for nobody when it is told to stop", async () => {
	const object = world.configMap("settings", { a: "1" }, { "gitward.dev/replace": "always" });
	await world.apply({ ...object, metadata: { ...object.metadata, finalizers: ["example.com/held"] } as DesiredObject["metadata"] });
	const stop = new AbortController();
	const failed = world.apply(object, "update", { signal: stop.signal }).catch((error: unknown) => error);
	await world.cluster.until(world.path(object), ({ metadata }) => metadata.deletionTimestamp !== undefined);
	stop.abort(new Error("enough"));
	expect(await failed).toMatchObject({ message: "enough" });
	await expect(world.apply(object)).rejects.toMatchObject({
		code: "ObjectTerminating",
		kind: "unavailable",
		message: /example\.com\/held/u,
	});
	await world.cluster.call("PATCH", world.path(object), { metadata: { finalizers: null } });
	await world.cluster.until(world.path(object), ({ kind }) => kind === undefined);
	await world.apply(object);
});
