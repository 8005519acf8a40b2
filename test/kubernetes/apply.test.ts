import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, instance, openApplyWorld, settings } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

function deployment(namespace: string, given: { readonly image?: string; readonly app?: string } = {}): DesiredObject {
	const labels = { app: given.app ?? "web" };
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "web", namespace },
		spec: {
			replicas: 0,
			selector: { matchLabels: labels },
			template: { metadata: { labels }, spec: { containers: [{ name: "web", image: given.image ?? "web:1" }] } },
		},
	};
}

function definition(plural: string, group: string): DesiredObject {
	const kind = "Widget";
	return {
		apiVersion: "apiextensions.k8s.io/v1",
		kind: "CustomResourceDefinition",
		metadata: { name: `${plural}.${group}` },
		spec: {
			group,
			scope: "Namespaced",
			names: { plural, kind, singular: "widget", listKind: "WidgetList" },
			versions: [
				{
					name: "v1",
					served: true,
					storage: true,
					schema: {
						openAPIV3Schema: { type: "object", properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } },
					},
				},
			],
		},
	};
}

it("makes, changes and deletes, and plans nothing after an apply", async () => {
	const objects = [world.configMap("settings", { a: "1" }), deployment(world.namespace)];
	expect((await world.observe(objects)).map(({ state }) => state)).toEqual(["missing", "missing"]);
	expect((await world.observe(objects, { purpose: "sync" })).map(({ state }) => state)).toEqual(["missing", "missing"]);
	for (const object of objects) await world.apply(object);
	const [live] = await Promise.all(objects.map((object) => world.cluster.call("GET", world.path(object))));
	expect(live?.["metadata"].labels).toMatchObject({ "gitward.dev/instance": instance });
	expect(live?.["metadata"].annotations).toMatchObject({ "gitward.dev/owner": "staging/shop" });
	expect(live?.["metadata"].managedFields).toMatchObject([{ manager: "gitward", operation: "Apply" }]);
	for (const purpose of ["plan", "sync", "drift"] as const) {
		expect((await world.observe(objects, { purpose })).map(({ state }) => state)).toEqual(["same", "same"]);
	}
	const changed = [world.configMap("settings", { b: "2" }), deployment(world.namespace, { image: "web:2" })];
	const before = world.requests.reads;
	const plan = await world.observe(changed);
	// Each is read and tried once.
	expect(world.requests.reads - before).toBe(4);
	expect(plan.map(({ state, differences }) => [state, differences])).toEqual([
		[
			"different",
			[
				{ path: "/data/a", before: "1" },
				{ path: "/data/b", after: "2" },
			],
		],
		["different", [{ path: "/spec/template/spec/containers/0/image", before: "web:1", after: "web:2" }]],
	]);
	for (const object of changed) await world.apply(object, "update");
	expect((await world.cluster.call("GET", world.path(objects[0] as DesiredObject)))["data"]).toEqual({ b: "2" });
	expect((await world.observe(changed)).map(({ state }) => state)).toEqual(["same", "same"]);
	for (const object of changed) await world.remove(object);
	for (const object of changed) await world.cluster.until(world.path(object), ({ kind }) => kind === undefined);
	for (const object of changed) await world.remove(object);
});

it("makes a kind and what is of it in one go, and knows neither before", async () => {
	const group = `${world.namespace}.example.com`;
	const kind = definition("widgets", group);
	const widget: DesiredObject = {
		apiVersion: `${group}/v1`,
		kind: "Widget",
		metadata: { name: "one", namespace: world.namespace },
		spec: { size: 1 },
	};
	for (const purpose of ["plan", "sync"] as const) {
		expect((await world.observe([kind, widget], { purpose })).map(({ state }) => state)).toEqual(["missing", "missing"]);
	}
	await expect(world.apply(widget)).rejects.toMatchObject({ code: "UnknownKind" });
	await world.apply(kind);
	await world.apply(widget);
	expect((await world.observe([kind, widget])).map(({ state }) => state)).toEqual(["same", "same"]);
	await world.remove(widget);
	await world.remove(kind);
});

it("makes a namespace with its metadata where it is missing, and never changes one that is there", async () => {
	const namespace = `${world.namespace}-made`;
	const object: DesiredObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace }, data: {} };
	expect((await world.observe([object])).map(({ state }) => state)).toEqual(["missing"]);
	await expect(world.apply(object)).rejects.toMatchObject({ code: "NamespaceNotFound", kind: "notFound" });
	const createNamespace = { labels: { team: "shop" }, annotations: { note: "made" } };
	await Promise.all(
		["a", "b", "c"].map((name) =>
			world.apply({ ...object, metadata: { name, namespace } }, "create", { settings: settings({ createNamespace }) }),
		),
	);
	const made = await world.cluster.call("GET", `/api/v1/namespaces/${namespace}`);
	expect(made["metadata"].labels).toMatchObject({ team: "shop" });
	expect(made["metadata"].annotations).toMatchObject({ note: "made" });
	expect(made["metadata"].labels).not.toHaveProperty("gitward.dev/instance");
	const other = await openApplyWorld(world.cluster, { namespace });
	await other.apply({ ...object, metadata: { name: "d", namespace } }, "create", {
		settings: settings({ createNamespace: { labels: { team: "other" }, annotations: {} } }),
	});
	expect((await world.cluster.call("GET", `/api/v1/namespaces/${namespace}`))["metadata"].labels).toMatchObject({ team: "shop" });
	await other.close();
});

it("says of a kind whose definition was deleted that it is unknown, until it is back", async () => {
	const group = `${world.namespace}.example.com`;
	const kind = definition("widgets", group);
	const widget: DesiredObject = {
		apiVersion: `${group}/v1`,
		kind: "Widget",
		metadata: { name: "one", namespace: world.namespace },
		spec: {},
	};
	await world.apply(kind);
	await world.apply(widget);
	await world.cluster.call("DELETE", world.path(kind));
	await world.cluster.until(`/apis/${group}/v1/namespaces/${world.namespace}/widgets/one`, (object) => object["kind"] === undefined);
	await expect(world.apply(widget, "update")).rejects.toMatchObject({ code: "UnknownKind", kind: "notFound", message: /Widget/u });
	await world.apply(kind, "create");
	await world.apply(widget, "create");
	await world.remove(kind);
});

it("takes away keys of a Secret that were written as stringData", async () => {
	const secret = (stringData: Readonly<Record<string, string>>): DesiredObject => ({
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name: "keys", namespace: world.namespace },
		stringData,
	});
	await world.apply(secret({ a: "1", b: "2" }));
	await world.apply(secret({ a: "1" }), "update");
	expect((await world.cluster.call("GET", world.path(secret({}))))["data"]).toEqual({ a: Buffer.from("1").toString("base64") });
});

it("drops the namespace of what has none, and what only the server writes", async () => {
	const name = `${world.namespace}-reader`;
	const role: DesiredObject = {
		apiVersion: "rbac.authorization.k8s.io/v1",
		kind: "ClusterRole",
		metadata: { name, namespace: "default", ...{ uid: "1", resourceVersion: "7", managedFields: [], creationTimestamp: null } },
		rules: [],
	};
	await world.apply(role);
	expect(await world.observe([role])).toMatchObject([{ state: "same" }]);
	await world.remove(role);
	expect((await world.cluster.request("GET", `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`)).status).toBe(404);
});

it("passes warnings on", async () => {
	const object: DesiredObject = {
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: "old", namespace: world.namespace, annotations: { "test.gitward.dev/pod": "hold" } },
		spec: {
			nodeSelector: { "beta.kubernetes.io/os": "linux" },
			containers: [{ name: "old", image: "old:1" }],
		},
	};
	expect(await world.apply(object)).toMatchObject({ warnings: [expect.stringContaining("beta.kubernetes.io/os")] });
});
