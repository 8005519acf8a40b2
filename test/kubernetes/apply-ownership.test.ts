import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { migrate } from "../../src/drivers/kubernetes/apply/migrate.ts";
import { type ApplyWorld, openApplyWorld, settings } from "./apply-world.ts";
import type { AnyObject } from "./cluster.ts";
import { openClient, typeOf } from "./open-client.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

const adopt = { "gitward.dev/adopt": "true" };

function byHand(object: DesiredObject): Promise<AnyObject> {
	return world.cluster.call("POST", world.path(object).replace(/\/[^/]+$/u, "?fieldManager=kubectl-create"), object);
}

function applyAs(manager: string, object: DesiredObject): Promise<AnyObject> {
	return world.cluster.call("PATCH", `${world.path(object)}?fieldManager=${manager}&force=true`, object, {
		contentType: "application/apply-patch+yaml",
	});
}

const live = (object: DesiredObject): Promise<AnyObject> => world.cluster.call("GET", world.path(object));

describe("what exists and is not ours", () => {
	it("is told with its owner, and never touched", async () => {
		const theirs = world.configMap("settings", { a: "theirs" });
		const made = await byHand({
			...theirs,
			metadata: {
				...theirs.metadata,
				labels: { "gitward.dev/instance": "ffffffffffff" },
				annotations: { "gitward.dev/owner": "prod/other" },
			},
		});
		const ours = world.configMap("settings", { a: "ours" });
		for (const purpose of ["plan", "sync"] as const) {
			expect(await world.observe([ours], { purpose })).toMatchObject([
				{ state: "different", foreign: true, owner: "the Application other of another Gitward (ffffffffffff)" },
			]);
		}
		// It came between the look and the apply.
		await expect(world.apply(ours)).rejects.toMatchObject({ code: "ObjectForeign", kind: "conflict" });
		expect(await live(ours)).toEqual(made);
		await world.remove(ours);
		expect(await live(ours)).toEqual(made);
	});

	it("is another Application's of the same Gitward", async () => {
		const other = await openApplyWorld(world.cluster, { namespace: world.namespace, application: "database" });
		const object = world.configMap("settings", { a: "1" });
		await other.apply(object);
		expect(await world.observe([object])).toMatchObject([{ foreign: true, owner: "the Application database" }]);
		// The engine hands it over: it claims it, and changes it.
		await world.apply(object, "update");
		expect((await live(object))["metadata"].annotations["gitward.dev/owner"]).toBe("staging/shop");
		await other.remove(object);
		expect((await live(object))["data"]).toEqual({ a: "1" });
		await other.close();
	});

	it("is adopted where its annotation says so, also when it came between the look and the apply", async () => {
		const object = world.configMap("settings", { a: "ours" }, adopt);
		await byHand(world.configMap("settings", { a: "theirs", b: "theirs" }));
		expect(await world.apply(object)).toMatchObject({ existed: true });
		expect((await live(object))["data"]).toEqual({ a: "ours", b: "theirs" });
		expect(await world.observe([object])).toMatchObject([{ state: "same" }]);
	});

	it("hands over what kubectl applied from the client's side, so that what Git does not hold goes", async () => {
		const config = JSON.stringify(world.configMap("settings", { a: "old", b: "old" }));
		const object = world.configMap("settings", { a: "new" }, adopt);
		await world.cluster.call("POST", `/api/v1/namespaces/${world.namespace}/configmaps?fieldManager=kubectl-client-side-apply`, {
			...world.configMap("settings", { a: "old", b: "old" }, { "kubectl.kubernetes.io/last-applied-configuration": config }),
		});
		const [plan] = await world.observe([object]);
		expect(plan).toMatchObject({ state: "different", foreign: true });
		expect(plan?.differences.map(({ path, before, after }) => [path, before, after])).toEqual(
			expect.arrayContaining([
				["/data/a", "old", "new"],
				["/data/b", "old", undefined],
				["/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", config, undefined],
			]),
		);
		await world.apply(object, "update");
		const after = await live(object);
		expect(after["data"]).toEqual({ a: "new" });
		expect(after["metadata"].annotations).not.toHaveProperty("kubectl.kubernetes.io/last-applied-configuration");
		expect(after["metadata"].managedFields.map(({ manager }: AnyObject) => manager)).toEqual(["gitward"]);
		expect(await world.observe([object])).toMatchObject([{ state: "same", differences: [] }]);
	});
});

describe("fields that others own", () => {
	it("are taken by force, or reported with their manager", async () => {
		const object = world.configMap("settings", { a: "1" });
		await world.apply(object);
		await applyAs("thief", world.configMap("settings", { a: "stolen" }));
		const reporting = { ...object, metadata: { ...object.metadata, annotations: { "gitward.dev/conflicts": "report" } } };
		await expect(world.apply(reporting, "update")).rejects.toMatchObject({ code: "FieldConflict", kind: "conflict", message: /thief/u });
		await expect(world.observe([reporting])).rejects.toMatchObject({ code: "FieldConflict" });
		expect((await live(object))["data"]).toEqual({ a: "stolen" });
		await world.apply(object, "update");
		expect((await live(object))["data"]).toEqual({ a: "1" });
	});

	it("stay with those to whom a rule leaves them, by path and by manager", async () => {
		const deployment: DesiredObject = {
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: { name: "web", namespace: world.namespace },
			spec: {
				replicas: 0,
				selector: { matchLabels: { app: "web" } },
				template: {
					metadata: { labels: { app: "web" } },
					spec: {
						containers: [
							{ name: "side", image: "side:1" },
							{ name: "web", image: "web:1" },
						],
					},
				},
			},
		};
		await world.apply(deployment);
		const scaled = { ...deployment, spec: { replicas: 3 } };
		await world.cluster.call("PATCH", `${world.path(deployment)}?fieldManager=autoscaler`, scaled, {
			contentType: "application/merge-patch+json",
		});
		await world.cluster.call(
			"PATCH",
			`${world.path(deployment)}?fieldManager=image-bot`,
			{ spec: { template: { spec: { containers: [{ name: "web", image: "web:9" }] } } } },
			{ contentType: "application/strategic-merge-patch+json" },
		);
		const rules = settings({
			driftRules: [
				{ kind: "Deploy*", fields: ["/spec/replicas"], managers: [], mode: "ignore" },
				{ fields: [], managers: ["image-*"], mode: "ignore" },
			],
		});
		const changed = { ...deployment, metadata: { ...deployment.metadata, labels: { changed: "yes" } } };
		const [plan] = await world.observe([changed], { settings: rules });
		expect(plan?.differences).toEqual([{ path: "/metadata/labels/changed", after: "yes" }]);
		await world.apply(changed, "update", { settings: rules });
		const after = await live(deployment);
		expect(after["spec"].replicas).toBe(3);
		expect(after["spec"].template.spec.containers.map(({ image }: AnyObject) => image)).toEqual(["side:1", "web:9"]);
		expect(after["metadata"].labels).toMatchObject({ changed: "yes" });
		// Also where they are changed between the look and the write.
		let races = 1;
		const scale = async (replicas: number): Promise<unknown> =>
			world.cluster.call("PATCH", `${world.path(deployment)}?fieldManager=autoscaler`, { spec: { replicas } });
		const racing = await openApplyWorld(world.cluster, {
			namespace: world.namespace,
			onRead: async () => (races-- > 0 ? scale(5) : undefined),
		});
		for (const [key, entry] of world.owned) racing.owned.set(key, entry);
		const again = { ...deployment, metadata: { ...deployment.metadata, labels: { changed: "again" } } };
		await racing.apply(again, "update", { settings: rules });
		await racing.close();
		expect(await live(deployment)).toMatchObject({ metadata: { labels: { changed: "again" } }, spec: { replicas: 5 } });
		// Without the rules they are drift.
		await world.apply(changed, "update");
		expect((await live(deployment))["spec"].replicas).toBe(0);
	});
});

describe("marks that somebody took away", () => {
	it("are put back on the very object, and on no other", async () => {
		const object = world.configMap("settings", { a: "1" });
		await world.apply(object);
		await world.cluster.call("PATCH", world.path(object), { metadata: { labels: null, annotations: null } });
		// Without its label a watch says that it is gone.
		await world.apply(object, "create");
		expect((await live(object))["metadata"].labels).toMatchObject({ "gitward.dev/instance": expect.any(String) });
		await world.cluster.call("DELETE", world.path(object));
		await byHand(object);
		for (const action of ["create", "update"] as const) {
			await expect(world.apply(object, action)).rejects.toMatchObject({ code: "ObjectForeign" });
		}
		await world.remove(object);
		expect((await live(object))["data"]).toEqual({ a: "1" });
	});
});

it("makes what is to be made only where it is missing, and leaves it then", async () => {
	const object = world.configMap("settings", { a: "first" }, { "gitward.dev/if-absent": "true" });
	await byHand(world.configMap("settings", { a: "theirs" }));
	expect(await world.apply(object)).toMatchObject({ existed: true });
	expect((await live(object))["data"]).toEqual({ a: "theirs" });
});

it("keeps what somebody annotated live to be kept", async () => {
	const object = world.configMap("settings", { a: "1" });
	await world.apply(object);
	await world.cluster.call("PATCH", world.path(object), { metadata: { annotations: { "gitward.dev/prune": "disabled" } } });
	await world.remove(object);
	expect((await live(object))["data"]).toEqual({ a: "1" });
});

it("does not delete a copy that somebody made of its Object, marks and all, where the store knows nothing of it", async () => {
	const object = world.configMap("settings", { a: "1" });
	await world.apply(object);
	const { labels, annotations } = (await live(object))["metadata"];
	const copy = world.configMap("copy", { a: "1" });
	await byHand({ ...copy, metadata: { ...copy.metadata, labels, annotations } });
	await world.remove(copy);
	expect((await live(copy))["data"]).toEqual({ a: "1" });
	// Its own it knows although the store does not.
	world.owned.clear();
	await world.remove(object);
	await expect(live(object)).rejects.toThrow(/404/u);
});

it("goes on to remove what Git no longer holds after somebody reset who manages which field", async () => {
	const object = world.configMap("settings", { a: "1", b: "1" });
	await world.apply(object);
	await world.cluster.call("PATCH", world.path(object), [{ op: "replace", path: "/metadata/managedFields", value: [{}] }], {
		contentType: "application/json-patch+json",
	});
	await world.apply(object, "update");
	await world.apply(world.configMap("settings", { a: "1" }), "update");
	expect((await live(object))["data"]).toEqual({ a: "1" });
});

it("calls it a conflict where an object changes while its fields are handed over", async () => {
	const object = world.configMap("settings", { a: "1" });
	await world.cluster.call("POST", world.path(object).replace(/\/[^/]+$/u, "?fieldManager=kubectl-client-side-apply"), object);
	await using client = await openClient({ kubeconfig: world.cluster.kubeconfig });
	const type = await typeOf(client, "", "ConfigMap");
	const name = { namespace: world.namespace, name: "settings" };
	const before = await client.get(type, name);
	if (before === undefined) throw new Error("it is gone");
	await world.cluster.call("PATCH", world.path(object), { data: { b: "1" } });
	await expect(migrate(client, type, name, before, {})).rejects.toMatchObject({ kind: "conflict" });
});

it("takes maps with nothing behind them, however deep, and has no drift by them", async () => {
	const web = {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "empty", namespace: world.namespace },
		spec: {
			replicas: 0,
			selector: { matchLabels: { app: "empty" } },
			strategy: null,
			template: {
				metadata: { labels: { app: "empty" }, annotations: null },
				spec: { nodeSelector: null, containers: [{ name: "web", image: "web:1", env: null, resources: null }] },
			},
		},
	} as unknown as DesiredObject;
	await world.apply(web);
	expect(await world.observe([web])).toMatchObject([{ state: "same", differences: [] }]);
});
