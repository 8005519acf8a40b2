import { beforeAll, describe, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import type { Cluster } from "./cluster.ts";
import { configMapOf, openLiveWorld } from "./live-world.ts";
import { sharedCluster } from "./shared.ts";

let cluster: Cluster;
let namespace: string;
beforeAll(async () => {
	cluster = sharedCluster();
	namespace = await cluster.makeNamespace("live");
});

const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const key = (name: string): string => `ConfigMap/${namespace}/${name}`;

/** Takes fields by a server-side apply of another manager. */
async function take(name: string, manager: string, fields: object): Promise<void> {
	const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...fields };
	await cluster.call("PATCH", `${path(name)}?fieldManager=${manager}&force=true`, body, { contentType: "application/apply-patch+yaml" });
}

function deployment(name: string, replicas: number, annotations: Readonly<Record<string, string>> = {}): DesiredObject {
	const labels = { app: name };
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name, namespace },
		spec: {
			replicas,
			selector: { matchLabels: labels },
			template: { metadata: { labels, annotations }, spec: { containers: [{ name: "web", image: "web:1" }] } },
		},
	};
}

describe("drift", () => {
	it("is an edit of a field that was applied, told with the object as it is now, and without a request", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "edited", { a: "1" }));
		await world.caughtUp(namespace);
		const { reads } = world.requests;
		await cluster.call("PATCH", `${path("edited")}?fieldManager=kubectl-edit`, { data: { a: "2" } });
		await world.told(key("edited"), "changed");
		const known = world.live.known("shop", key("edited"));
		expect(known.state).toBe("drifted");
		expect(known.object).toMatchObject({ data: { a: "2" } });
		expect(await world.live.sweep("shop", [...world.owned.values()])).toEqual([key("edited")]);
		expect(world.requests.reads).toBe(reads);
	});

	it("is over once it is repaired, and a repair is no drift", async () => {
		await using world = await openLiveWorld(cluster);
		const desired = configMapOf(namespace, "repaired", { a: "1" });
		await world.apply(desired);
		await cluster.call("PATCH", path("repaired"), { data: { a: "2" } });
		await world.told(key("repaired"), "changed");
		await world.apply(desired);
		expect(world.live.known("shop", key("repaired"))).toEqual({ state: "same" });
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		expect(world.state(key("repaired"))).toBe("same");
	});

	it("is over where it is made anew", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "restored", { a: "1" }));
		await cluster.call("DELETE", path("restored"));
		await world.becomes(key("restored"), "missing");
		await world.apply(configMapOf(namespace, "restored", { a: "1" }));
		expect(world.state(key("restored"))).toBe("same");
		await world.caughtUp(namespace);
		expect(world.state(key("restored"))).toBe("same");
	});

	it("is told once for what it is, however often the rest of the object changes", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "often", { a: "1" }));
		await cluster.call("PATCH", path("often"), { data: { a: "2" } });
		await world.told(key("often"), "changed");
		for (const b of ["1", "2", "3"]) await cluster.call("PATCH", path("often"), { data: { b } });
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		await cluster.call("PATCH", path("often"), { data: { a: null } });
		await world.caughtUp(namespace);
		expect(world.state(key("often"))).toBe("drifted");
	});

	it("is a theft by another manager, and a removal", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "stolen", { a: "1", b: "1" }));
		await take("stolen", "thief", { data: { a: "2" } });
		await world.told(key("stolen"), "changed");
		await world.apply(configMapOf(namespace, "stolen", { a: "1", b: "1" }));
		await cluster.call("PATCH", path("stolen"), { data: { b: null } });
		await world.told(key("stolen"), "changed");
		expect(world.state(key("stolen"))).toBe("drifted");
	});

	it("is a deletion, a loss of the label, and another object of the same name", async () => {
		await using world = await openLiveWorld(cluster);
		for (const name of ["deleted", "unlabelled", "remade"]) await world.apply(configMapOf(namespace, name, { a: "1" }));
		await world.caughtUp(namespace);
		await cluster.call("DELETE", path("deleted"));
		await world.told(key("deleted"), "changed");
		expect(world.state(key("deleted"))).toBe("missing");
		expect(await world.health(key("deleted"))).toMatch(/^Missing/u);
		await cluster.call("PATCH", path("unlabelled"), { metadata: { labels: null } });
		await world.told(key("unlabelled"), "changed");
		const old = await cluster.call("GET", path("remade"));
		await cluster.call("DELETE", path("remade"));
		const { name, labels, annotations } = old["metadata"];
		await cluster.call("POST", path(""), { metadata: { name, labels, annotations }, data: old["data"] });
		await world.becomes(key("remade"), "drifted");
		await world.told(key("remade"), "changed");
	});

	it("is neither what others add, nor what the server fills in, nor the status", async () => {
		await using world = await openLiveWorld(cluster);
		const name = await world.apply(deployment("defaulted", 1));
		await world.apply(configMapOf(namespace, "added", { a: "1" }));
		await cluster.call("PATCH", path("added"), { data: { b: "1" }, metadata: { labels: { team: "x" } } });
		await take("added", "same", { data: { a: "1" } });
		await expect.poll(() => world.health(name), { timeout: 30_000 }).toBe("Healthy");
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		expect(world.state(name)).toBe("same");
		expect(world.state(key("added"))).toBe("same");
	});

	it("is what follows one's own write, although the watch told of both before the answer came", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "first", {}));
		const made = await world.send(configMapOf(namespace, "early", { a: "1" }));
		const quiet = await world.send(configMapOf(namespace, "early-quiet", { a: "1" }));
		await cluster.call("PATCH", path("early"), { data: { a: "2" } });
		await world.caughtUp(namespace);
		made.note();
		quiet.note();
		expect(world.state(key("early"))).toBe("drifted");
		expect(world.state(key("early-quiet"))).toBe("same");
		await world.told(key("early"), "changed");
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
	});

	it("is not what one is just writing oneself", async () => {
		await using world = await openLiveWorld(cluster);
		await world.apply(configMapOf(namespace, "writing", { a: "1" }));
		const sent = await world.send(configMapOf(namespace, "writing", { a: "2" }));
		await world.caughtUp(namespace);
		sent.note();
		await world.caughtUp(namespace);
		expect(world.events.filter((event) => event.type === "changed")).toEqual([]);
		expect(world.state(key("writing"))).toBe("same");
		const failed = world.live.writing("shop", key("writing"), sent.type);
		await cluster.call("PATCH", path("writing"), { data: { a: "3" } });
		await world.becomes(key("writing"), "drifted");
		failed();
		await world.told(key("writing"), "changed");
	});
});

describe("a restart", () => {
	it("finds by one list for each kind what changed meanwhile, and nothing else", async () => {
		const before = await openLiveWorld(cluster);
		for (const name of ["kept", "touched", "changed", "gone"]) await before.apply(configMapOf(namespace, `re-${name}`, { a: "1" }));
		const { instance, owned } = before;
		await before[Symbol.asyncDispose]();
		await cluster.call("PATCH", path("re-touched"), { data: { other: "1" } });
		await cluster.call("PATCH", path("re-changed"), { data: { a: "2" } });
		await cluster.call("DELETE", path("re-gone"));
		await using world = await openLiveWorld(cluster, { instance });
		for (const entry of owned.values()) world.owned.set(entry.key, entry);
		await world.track();
		await world.told(key("re-changed"), "changed");
		await world.told(key("re-gone"), "changed");
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		expect(["kept", "touched", "changed", "gone"].map((name) => world.state(key(`re-${name}`)))).toEqual([
			"same",
			"same",
			"drifted",
			"missing",
		]);
		expect(world.live.known("shop", key("re-changed")).object).toMatchObject({ data: { a: "2" } });
		// A list and a watch.
		expect(world.requests).toEqual({ reads: 2, writes: 0 });
	});

	it("serves an Application that is tracked when the list was in already", async () => {
		const before = await openLiveWorld(cluster);
		for (const name of ["same", "changed", "gone"]) await before.apply(configMapOf(namespace, `late-${name}`, { a: "1" }), "late");
		const { instance, owned } = before;
		await before[Symbol.asyncDispose]();
		await cluster.call("PATCH", path("late-changed"), { data: { a: "2" } });
		await cluster.call("DELETE", path("late-gone"));
		await using world = await openLiveWorld(cluster, { instance });
		await world.apply(configMapOf(namespace, "late-other", {}), "other");
		await world.caughtUp(namespace, "other");
		world.owned.clear();
		for (const entry of owned.values()) world.owned.set(entry.key, entry);
		await world.track("late");
		await world.becomes(key("late-same"), "same", "late");
		await world.becomes(key("late-changed"), "drifted", "late");
		await world.becomes(key("late-gone"), "missing", "late");
		await world.told(key("late-changed"), "changed");
		await world.told(key("late-gone"), "changed");
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
	});

	it.each([
		["took", { a: "9" }],
		["left", { other: "1" }],
	])("needs no write for an Object of which rules ignore fields that others %s", async (name, data) => {
		const rules = [{ kind: "ConfigMap", fields: ["/data/a"], managers: [], mode: "ignore" as const }];
		const before = await openLiveWorld(cluster, { rules });
		const ruled = `ruled-${name}`;
		await before.apply(configMapOf(namespace, ruled, { a: "1", b: "1" }));
		const { instance, owned } = before;
		await before[Symbol.asyncDispose]();
		await cluster.call("PATCH", path(ruled), { data });
		await using world = await openLiveWorld(cluster, { instance, rules });
		await world.apply(configMapOf(namespace, `other-${name}`, {}), "other");
		await world.caughtUp(namespace, "other");
		world.owned.clear();
		for (const entry of owned.values()) world.owned.set(entry.key, entry);
		await world.track();
		await world.becomes(key(ruled), "same");
		await world.caughtUp(namespace, "other");
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		expect(world.state(key(ruled))).toBe("same");
	});

	it("reads an Object in the version of the API by which it was applied", async () => {
		const scaler = (version: string, spec: object): DesiredObject => ({
			apiVersion: `autoscaling/${version}`,
			kind: "HorizontalPodAutoscaler",
			metadata: { name: `scaler-${version}`, namespace },
			spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" }, maxReplicas: 2, ...spec },
		});
		const before = await openLiveWorld(cluster);
		const old = await before.apply(scaler("v1", { targetCPUUtilizationPercentage: 50 }));
		const metrics = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }];
		const now = await before.apply(scaler("v2", { metrics }));
		const { instance, owned } = before;
		const label = async (name: string): Promise<unknown> =>
			cluster.call("PATCH", `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`, {
				metadata: { labels: { touched: String(Math.random()) } },
			});
		await label("scaler-v1");
		await before.caughtUp(namespace);
		expect(before.events.filter(({ type }) => type === "changed")).toEqual([]);
		await before[Symbol.asyncDispose]();
		await label("scaler-v1");
		await label("scaler-v2");
		await using world = await openLiveWorld(cluster, { instance });
		for (const entry of owned.values()) world.owned.set(entry.key, entry);
		await world.track();
		await world.becomes(old, "same");
		await world.becomes(now, "same");
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		await cluster.call("PATCH", `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/scaler-v1`, {
			spec: { maxReplicas: 3 },
		});
		await world.told(old, "changed");
	});
});

describe("rules", () => {
	it.each([
		["pointer", { fields: ["/data/a"], managers: [] }],
		["path", { fields: [".data.a"], managers: [] }],
		["path-quoted", { fields: ['.data["a"]'], managers: [] }],
	])("leave a field to others: by %s", async (name, rule) => {
		const rules = [{ kind: "Config*", ...rule, mode: "ignore" as const }];
		await using world = await openLiveWorld(cluster, { rules });
		const ruled = `ruled-${name}`;
		await world.apply(configMapOf(namespace, ruled, { a: "1", b: "1" }));
		await cluster.call("PATCH", path(ruled), { data: { a: "2" } });
		await take(ruled, "thief", { data: { a: "3" } });
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		await cluster.call("PATCH", path(ruled), { data: { b: "2" } });
		await world.told(key(ruled), "changed");
	});

	it("leave to a manager what it owns", async () => {
		const rules = [{ fields: [], managers: ["scaler-*"], mode: "ignore" as const }];
		await using world = await openLiveWorld(cluster, { rules });
		await world.apply(configMapOf(namespace, "managed", { b: "1" }));
		await take("managed", "scaler-a", { data: { a: "1" } });
		await world.apply(configMapOf(namespace, "managed", { a: "1", b: "1" }));
		await take("managed", "scaler-a", { data: { a: "5" } });
		await world.caughtUp(namespace);
		expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
		await take("managed", "thief", { data: { b: "5" } });
		await world.told(key("managed"), "changed");
	});
});
