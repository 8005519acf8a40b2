import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld, settings } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster(), { watches: true, instance: randomBytes(6).toString("hex") });
});
afterEach(() => world.close());

const deployment = (): DesiredObject => ({
	apiVersion: "apps/v1",
	kind: "Deployment",
	metadata: { name: "web", namespace: world.namespace },
	spec: {
		replicas: 0,
		selector: { matchLabels: { app: "web" } },
		template: {
			metadata: { labels: { app: "web" } },
			spec: { containers: [{ name: "web", image: "web:1", resources: { limits: { cpu: "1000m" } } }] },
		},
	},
});

/** Requests that `run` makes. */
async function readsOf(run: () => Promise<unknown>): Promise<number> {
	const before = world.requests.reads;
	await run();
	return world.requests.reads - before;
}

async function told(count: number): Promise<void> {
	const limit = performance.now() + 20_000;
	while (world.events.filter(({ type }) => type === "changed").length < count) {
		if (performance.now() > limit) throw new Error("nothing was told");
		await delay(10);
	}
}

async function start(objects: readonly DesiredObject[], options: Parameters<ApplyWorld["apply"]>[2] = {}): Promise<void> {
	for (const object of objects) await world.apply(object, "create", options);
	await world.target.track("shop", [...world.owned.values()], options);
	await world.observe(objects, { ...options, purpose: "drift" });
}

it("asks nothing of the server about what is known, whatever is desired of it", async () => {
	const objects = [world.configMap("a", { a: "1" }), world.configMap("b", { a: "1" }), deployment()];
	await start(objects);
	const changed = [world.configMap("a", { a: "2" }), ...objects.slice(1)];
	expect(
		await readsOf(async () => {
			for (const purpose of ["plan", "sync", "drift"] as const) {
				expect((await world.observe(objects, { purpose })).map(({ state }) => state)).toEqual(["same", "same", "same"]);
			}
			expect((await world.observe(changed, { purpose: "sync" })).map(({ state }) => state)).toEqual(["different", "same", "same"]);
			await world.apply(world.configMap("a", { a: "2" }), "update");
			expect((await world.observe(changed, { purpose: "sync" })).map(({ state }) => state)).toEqual(["same", "same", "same"]);
		}),
	).toBe(0);
});

it("explains drift: which field, whose, since when; and repairs it without reading", async () => {
	await start([deployment()]);
	await world.cluster.call("PATCH", `${world.path(deployment())}?fieldManager=kubectl-edit`, {
		spec: { replicas: 2, template: { metadata: { labels: { extra: "theirs" } } } },
	});
	await told(1);
	const reads = await readsOf(async () => {
		const [drift] = await world.observe([deployment()], { purpose: "drift" });
		expect(drift).toEqual({
			key: `Deployment.apps/${world.namespace}/web`,
			state: "different",
			// Neither the label that is not ours nor a quantity that the server writes otherwise.
			differences: [{ path: "/spec/replicas", before: 2, after: 0, manager: "kubectl-edit", since: expect.stringMatching(/^\d{4}-/u) }],
		});
		await world.apply(deployment(), "update");
		expect(await world.observe([deployment()], { purpose: "drift" })).toMatchObject([{ state: "same" }]);
	});
	expect(reads).toBe(0);
	expect((await world.cluster.call("GET", world.path(deployment())))["spec"].replicas).toBe(0);
});

it("repairs thefts: of fields by force, of the label, of the object itself", async () => {
	const object = world.configMap("a", { a: "1" });
	await start([object]);
	const theft = { apiVersion: "v1", kind: "ConfigMap", data: { a: "stolen" } };
	await world.cluster.call("PATCH", `${world.path(object)}?fieldManager=thief&force=true`, theft, {
		contentType: "application/apply-patch+yaml",
	});
	await told(1);
	expect(await world.observe([object], { purpose: "drift" })).toMatchObject([
		{ differences: [{ path: "/data/a", before: "stolen", after: "1", manager: "thief" }] },
	]);
	await world.apply(object, "update");
	await world.cluster.call("PATCH", world.path(object), { metadata: { labels: null } });
	await told(2);
	const [gone] = await world.observe([object], { purpose: "drift" });
	await world.apply(object, gone?.state === "missing" ? "create" : "update");
	await world.cluster.call("DELETE", world.path(object));
	await told(3);
	expect(await world.observe([object], { purpose: "drift" })).toMatchObject([{ state: "missing" }]);
	await world.apply(object, "create");
	const live = await world.cluster.call("GET", world.path(object));
	expect(live["data"]).toEqual({ a: "1" });
	expect(live["metadata"].labels).toHaveProperty(["gitward.dev/instance"]);
});

it("has no drift where a rule leaves a field to others", async () => {
	const options = { settings: settings({ driftRules: [{ fields: [".spec.replicas"], managers: [], mode: "ignore" }] }) };
	await start([deployment()], options);
	await world.cluster.call("PATCH", `${world.path(deployment())}?fieldManager=autoscaler`, { spec: { replicas: 3 } });
	await world.cluster.call("PATCH", `${world.path(deployment())}?fieldManager=kubectl-edit`, {
		spec: { template: { metadata: { labels: { app: "web", more: "x" } } }, paused: true },
	});
	expect(await world.observe([deployment()], { ...options, purpose: "drift" })).toMatchObject([{ state: "same" }]);
	await world.apply({ ...deployment(), metadata: { ...deployment().metadata, labels: { changed: "yes" } } }, "update", options);
	expect((await world.cluster.call("GET", world.path(deployment())))["spec"].replicas).toBe(3);
});

it("says of each field what the first rule that fits says: by path, by manager, or of the whole Object", async () => {
	const object = world.configMap("ruled", { tuned: "1", mine: "1", other: "1", "a.b": "1" });
	const whole = world.configMap("whole", { a: "1" });
	const rule = { fields: [], managers: [] };
	const options = {
		settings: settings({
			driftRules: [
				{ ...rule, kind: "ConfigMap", name: "ruled", fields: ["/data/tuned", '.data["a.b"]'], mode: "report" },
				{ ...rule, kind: "Secret", fields: ["/data"], mode: "report" },
				{ ...rule, managers: ["tuner-*"], mode: "ask" },
				{ ...rule, name: "ruled", fields: ["/data/mine"], mode: "heal" },
				{ ...rule, name: "whole", mode: "report" },
			],
		}),
	};
	await start([object, whole], options);
	const take = async (manager: string, what: DesiredObject, data: Record<string, string>): Promise<unknown> =>
		world.cluster.call("PATCH", `${world.path(what)}?fieldManager=${manager}`, { data });
	await take("editor", object, { tuned: "2", mine: "2", "a.b": "2" });
	await take("tuner-x", object, { other: "2" });
	await take("editor", whole, { a: "2" });
	await told(2);
	const modes = async (purpose: "drift" | "plan"): Promise<unknown> =>
		(await world.observe([object, whole], { ...options, purpose })).map(({ differences }) =>
			Object.fromEntries(differences.map(({ path, drift }) => [path, drift])),
		);
	await expect
		.poll(() => modes("drift"), { timeout: 20_000 })
		.toEqual([{ "/data/a.b": "report", "/data/mine": "heal", "/data/other": "ask", "/data/tuned": "report" }, { "/data/a": "report" }]);
	expect(await modes("plan")).toEqual(await modes("drift"));
});
