import { beforeAll, describe, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import type { Cluster } from "./cluster.ts";
import { configMapOf, openLiveWorld } from "./live-world.ts";
import { sharedCluster } from "./shared.ts";

let cluster: Cluster;
let namespace: string;
beforeAll(async () => {
	cluster = sharedCluster();
	namespace = await cluster.makeNamespace("health");
});

function deployment(name: string, annotations: Readonly<Record<string, string>> = {}, spec: object = {}): DesiredObject {
	const labels = { app: name };
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name, namespace },
		spec: {
			replicas: 1,
			selector: { matchLabels: labels },
			template: { metadata: { labels, annotations }, spec: { containers: [{ name: "web", image: "web:1", ...spec }] } },
		},
	};
}

const trouble = (what: string): Readonly<Record<string, string>> => ({ "test.gitward.dev/pod": what });

describe("the cause of what is not well", () => {
	it.each([
		["an image that is not there", () => deployment("image", trouble("missing-image")), /image.*web:1/iu, "ImagePullBackOff"],
		[
			"a container that crashes",
			() => deployment("crash", trouble("crash")),
			/exit code 1.*the database refused the connection/su,
			"CrashLoopBackOff",
		],
		[
			"a Pod that fits nowhere",
			() => deployment("big", {}, { resources: { requests: { cpu: "1000" } } }),
			/nodes are available/u,
			"Unschedulable",
		],
	])("is told of %s", async (_what, desired, message, reason) => {
		await using world = await openLiveWorld(cluster);
		const key = await world.apply(desired());
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toContain(reason);
		expect(await world.health(key)).toMatch(message);
		const { length } = world.events.filter((event) => event.type === "health" && event.key === key);
		expect(length).toBeGreaterThan(0);
	});

	it("is told of a volume that cannot be mounted, which Events alone tell", async () => {
		await using world = await openLiveWorld(cluster);
		const key = await world.apply(deployment("mount", trouble("hold")));
		const pods = `/api/v1/namespaces/${namespace}/pods`;
		const list = await cluster.until(`${pods}?labelSelector=app%3Dmount`, ({ items }) => items?.[0]?.spec.nodeName !== undefined);
		const { name, uid } = list["items"][0].metadata;
		const waiting = {
			name: "web",
			image: "web:1",
			imageID: "",
			ready: false,
			restartCount: 0,
			state: { waiting: { reason: "ContainerCreating" } },
		};
		await cluster.call("PATCH", `${pods}/${name}/status`, { status: { phase: "Pending", containerStatuses: [waiting] } });
		await cluster.call("POST", `/api/v1/namespaces/${namespace}/events`, {
			metadata: { name: "mount" },
			involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
			type: "Warning",
			reason: "FailedMount",
			message: "secret web-tls not found",
			lastTimestamp: "2026-01-01T00:00:00Z",
		});
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toMatch(/FailedMount: secret web-tls not found/u);
	});

	it("is told of a StatefulSet whose Pods are refused", async () => {
		const own = await cluster.makeNamespace("quota");
		await cluster.call("POST", `/api/v1/namespaces/${own}/resourcequotas`, { metadata: { name: "none" }, spec: { hard: { pods: "0" } } });
		await cluster.until(`/api/v1/namespaces/${own}/resourcequotas/none`, (quota) => quota["status"]?.hard !== undefined);
		await using world = await openLiveWorld(cluster);
		const { spec } = deployment("set");
		const set = { ...(spec as object), serviceName: "set" };
		const key = await world.apply({ apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "set", namespace: own }, spec: set });
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toMatch(/FailedCreate.*exceeded quota/u);
	});

	it("is told of a quota, and is over with the trouble", async () => {
		const own = await cluster.makeNamespace("quota");
		await cluster.call("POST", `/api/v1/namespaces/${own}/resourcequotas`, { metadata: { name: "none" }, spec: { hard: { pods: "0" } } });
		await cluster.until(`/api/v1/namespaces/${own}/resourcequotas/none`, (quota) => quota["status"]?.hard !== undefined);
		await using world = await openLiveWorld(cluster);
		const object = deployment("refused");
		const key = await world.apply({ ...object, metadata: { ...object.metadata, namespace: own } });
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toMatch(/exceeded quota/u);
		await cluster.call("DELETE", `/api/v1/namespaces/${own}/resourcequotas/none`);
		await cluster.call("PATCH", `/apis/apps/v1/namespaces/${own}/deployments/refused`, {
			spec: { template: { metadata: { annotations: { again: "1" } } } },
		});
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toBe("Healthy");
	});
});

describe("health", () => {
	it("is told only where it moved", async () => {
		await using world = await openLiveWorld(cluster);
		const key = await world.apply(deployment("well"));
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toBe("Healthy");
		await world.caughtUp(namespace);
		world.events.length = 0;
		for (const label of ["1", "2"]) {
			await cluster.call("PATCH", `/apis/apps/v1/namespaces/${namespace}/deployments/well`, { metadata: { labels: { label } } });
		}
		const other = await world.apply(deployment("well-after"));
		await expect.poll(() => world.health(other), { timeout: 60_000 }).toBe("Healthy");
		expect(world.events.filter((event) => event.key === key)).toEqual([]);
	});

	it("goes by the Environment's own rules", async () => {
		const health = [{ group: "", kind: "ConfigMap", cel: '{"status": "Degraded", "message": "it is " + object.data.a}' }];
		await using world = await openLiveWorld(cluster, { health });
		const key = await world.apply(configMapOf(namespace, "ruled", { a: "bad" }));
		await expect.poll(() => world.health(key), { timeout: 20_000 }).toBe("Degraded: it is bad");
	});
});

describe("what stands beneath", () => {
	it("is found by owners, down to the Pods, with what the cluster noted of all of them", async () => {
		await using world = await openLiveWorld(cluster);
		const key = await world.apply(deployment("tree"));
		const job = await world.apply({
			apiVersion: "batch/v1",
			kind: "Job",
			metadata: { name: "once", namespace },
			spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a:1" }] } } },
		});
		await expect.poll(() => world.health(key), { timeout: 60_000 }).toBe("Healthy");
		await expect.poll(() => world.health(job), { timeout: 60_000 }).toMatch(/^Healthy/u);
		const owned = [...world.owned.values()];
		const children = await world.live.children("shop", owned);
		const replicaSet = children.find((child) => child.parent === key);
		expect(replicaSet).toMatchObject({ key: expect.stringMatching(/^ReplicaSet\.apps\/.*\/tree-/u), health: { status: "Healthy" } });
		expect(children.find((child) => child.parent === replicaSet?.key)).toMatchObject({
			key: expect.stringMatching(/^Pod\//u),
			logs: true,
			health: { status: "Healthy" },
		});
		expect(children.find((child) => child.parent === job)).toMatchObject({ key: expect.stringMatching(/^Pod\/.*\/once-/u) });
		expect(children.length).toBe(3);
		const notes = await world.live.notes("shop", owned);
		expect(notes.find((note) => note.key === key)).toMatchObject({ reason: "ScalingReplicaSet", type: "info" });
		expect(notes.some((note) => note.key === replicaSet?.key && note.reason === "SuccessfulCreate")).toBe(true);
		expect(notes.map(({ time }) => time)).toEqual(notes.map(({ time }) => time).toSorted());
	});
});

describe("recovery", () => {
	it("finds by the marks of objects what is an Application's, and deletes nothing that may have been adopted", async () => {
		await using world = await openLiveWorld(cluster);
		const plain = await world.apply(configMapOf(namespace, "recovered", { a: "1" }));
		const set = async (name: string, annotations: Readonly<Record<string, string>>): Promise<string> => {
			const object = configMapOf(namespace, name, {});
			return world.apply({ ...object, metadata: { ...object.metadata, annotations } });
		};
		const kept = await set("recovered-kept", { "gitward.dev/prune": "disabled" });
		const adopted = await set("recovered-adopted", { "gitward.dev/adopt": "true" });
		const role = await world.apply({
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRole",
			metadata: { name: namespace },
			rules: [],
		});
		await world.apply(configMapOf(namespace, "recovered-other", {}), "other");
		await using stranger = await openLiveWorld(cluster);
		await stranger.apply(configMapOf(namespace, "recovered-stranger", {}));
		await using lost = await openLiveWorld(cluster, { instance: world.instance });
		// A copy that somebody made by hand has all marks, and is none of Gitward's.
		const { metadata, data } = await cluster.call("GET", `/api/v1/namespaces/${namespace}/configmaps/recovered`);
		const { labels, annotations } = metadata;
		const copy = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "recovered-copy", labels, annotations }, data };
		await cluster.call("POST", `/api/v1/namespaces/${namespace}/configmaps`, copy);
		const found = await lost.live.recover("shop");
		expect(found.map(({ key }) => key).toSorted()).toEqual([plain, kept, adopted, role].toSorted());
		expect(found.find(({ key }) => key === plain)).toMatchObject({ created: true, desiredHash: "" });
		expect(found.find(({ key }) => key === kept)).toMatchObject({ keep: true });
		expect(found.find(({ key }) => key === adopted)).toMatchObject({ created: false });
		await cluster.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterroles/${namespace}`);
	});
});
