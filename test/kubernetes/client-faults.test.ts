import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResourceType, WatchLine } from "../../src/drivers/kubernetes/client/client.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { type Fault, startFaultyProxy } from "./faulty-proxy.ts";
import { collect, configMap, kubeconfigFor, type OpenClient, openClient } from "./open-client.ts";

const configMaps: ResourceType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true, verbs: [] };
const ours = { fieldManager: "gitward", force: false };

let cluster: ControlPlane;
let client: OpenClient;

beforeAll(async () => {
	cluster = await startControlPlane({ nodes: 0 });
	client = await openClient({ kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
	await client.close();
	await cluster.stop();
});

/** Makes etcd forget everything before its newest revision. */
async function compact(): Promise<void> {
	const [, url] = /--advertise-client-urls\0(?<url>[^\0]+)/u.exec(readFileSync(`/proc/${cluster.pids().etcd}/cmdline`, "utf8")) ?? [];
	const post = async (path: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
		const answer = await fetch(`${url}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
		if (!answer.ok) throw new Error(await answer.text());
		return (await answer.json()) as { readonly header: { readonly revision: string } };
	};
	const { header } = await post("range", { key: Buffer.from("nothing").toString("base64") });
	await post("compaction", { revision: header.revision, physical: true });
}

describe("an API server that forgot", () => {
	it("makes a list begin anew, and a watch say that it expired", async () => {
		const namespace = await cluster.makeNamespace("forgot");
		for (const name of ["a", "b", "c", "d"]) await client.apply(configMaps, { namespace, name }, configMap(name), ours);
		const [before] = await collect(client.list(configMaps, { namespace }));
		const pages = client.list(configMaps, { namespace, limit: 2 })[Symbol.asyncIterator]();
		const first = (await pages.next()).value;
		await client.apply(configMaps, { namespace, name: "e" }, configMap("e"), ours);
		await compact();
		const rest = [];
		for (let page = await pages.next(); page.done !== true; page = await pages.next()) rest.push(page.value);
		const names = rest.flatMap(({ items }) => items).map(({ metadata }) => metadata.name);
		expect(rest.every(({ resourceVersion }) => resourceVersion !== first?.resourceVersion)).toBe(true);
		expect(names.filter((name) => name !== "kube-root-ca.crt")).toEqual(["a", "b", "c", "d", "e"]);

		await cluster.restartApiServer();
		await expect(collect(client.watch(configMaps, { namespace, resourceVersion: before?.resourceVersion ?? "" }))).rejects.toMatchObject({
			code: "WatchExpired",
		});
	});
});

describe("an API server that is killed", () => {
	it("breaks watches with an error that is no end, and is asked again when it is back", async () => {
		const namespace = await cluster.makeNamespace("killed");
		const [page] = await collect(client.list(configMaps, { namespace }));
		const from = page?.resourceVersion ?? "";
		const watching = (async () => {
			for await (const line of client.watch(configMaps, { namespace, resourceVersion: from, labelSelector: "app" })) {
				if (line.object().metadata.name === "one") void cluster.killApiServer();
			}
		})();
		watching.catch(() => {});
		const labelled = (name: string): object => ({ ...configMap(name), metadata: { name, labels: { app: "x" } } });
		await client.apply(configMaps, { namespace, name: "one" }, labelled("one"), ours);
		await expect(watching).rejects.toMatchObject({ code: "ClusterUnreachable", kind: "unavailable" });
		await expect(client.get(configMaps, { namespace, name: "one" })).rejects.toMatchObject({ code: "ClusterUnreachable" });
		await expect.poll(() => cluster.pids()["kube-apiserver"]).toBeUndefined();
		await cluster.startApiServer();
		expect(await client.get(configMaps, { namespace, name: "one" })).toBeDefined();
		await client.apply(configMaps, { namespace, name: "two" }, labelled("two"), ours);
		const [after] = await collect(client.list(configMaps, { namespace, labelSelector: "app" }));
		expect(after?.items.map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
		const again = client.watch(configMaps, { namespace, resourceVersion: after?.resourceVersion ?? "" })[Symbol.asyncIterator]();
		const next = again.next();
		await client.apply(configMaps, { namespace, name: "three" }, labelled("three"), ours);
		expect(((await next).value as WatchLine).object().metadata.name).toBe("three");
		await again.return?.();
	});

	it("answers late, and the request has a time limit", async () => {
		const namespace = await cluster.makeNamespace("late");
		await using hasty = await openClient({ kubeconfig: cluster.kubeconfig }, { timeoutMs: 1000 });
		await hasty.version();
		cluster.pauseEtcd();
		try {
			await expect(hasty.apply(configMaps, { namespace, name: "late" }, configMap("late"), ours)).rejects.toMatchObject({
				code: "ClusterTimeout",
				kind: "timeout",
			});
			const abort = new AbortController();
			const asked = client.apply(configMaps, { namespace, name: "late" }, configMap("late"), { ...ours, signal: abort.signal });
			abort.abort();
			await expect(asked).rejects.toMatchObject({ code: "Cancelled" });
		} finally {
			cluster.resumeEtcd();
		}
		await expect
			.poll(async () => client.apply(configMaps, { namespace, name: "late" }, configMap("late"), ours).then(() => true), {
				timeout: 20_000,
			})
			.toBe(true);
	});
});

describe("what stands between", () => {
	const busy: Fault = { status: 429, headers: { "retry-after": "1" }, body: "busy" };

	it("sends away for a while: it is waited for as it asks, and not for ever", async () => {
		await using proxy = await startFaultyProxy(cluster);
		const kubeconfig = await kubeconfigFor(proxy.address, { token: cluster.adminToken });
		await using waiting = await openClient({ kubeconfig });
		const namespace = await cluster.makeNamespace("busy");
		let away = 2;
		proxy.fault = () => {
			away -= 1;
			return away >= 0 ? busy : undefined;
		};
		const started = performance.now();
		const { created } = await waiting.apply(configMaps, { namespace, name: "a" }, configMap("a"), ours);
		expect(created).toBe(true);
		expect(performance.now() - started).toBeGreaterThan(1990);
		expect(proxy.seen.filter((line) => line.startsWith("PATCH"))).toHaveLength(3);

		await using impatient = await openClient({ kubeconfig }, { patienceMs: 1500 });
		proxy.fault = () => ({ ...busy, status: 503, headers: { "retry-after": "1" } });
		const before = proxy.seen.length;
		await expect(impatient.version()).rejects.toMatchObject({ code: "ClusterOverloaded", kind: "unavailable", retryAfterMs: 1000 });
		expect(proxy.seen.length - before).toBe(2);

		proxy.fault = () => ({ ...busy, headers: { "retry-after": "30" } });
		await expect(impatient.version()).rejects.toMatchObject({ code: "ClusterOverloaded", retryAfterMs: 30_000 });
		const abort = new AbortController();
		const asked = proxy.seen.length;
		const cancelled = waiting.version({ signal: abort.signal });
		cancelled.catch(() => {});
		await expect.poll(() => proxy.seen.length).toBe(asked + 1);
		abort.abort();
		await expect(cancelled).rejects.toMatchObject({ code: "Cancelled" });
	});

	it("breaks connections: what is safe to repeat is sent once more", async () => {
		await using proxy = await startFaultyProxy(cluster);
		await using shaky = await openClient({ kubeconfig: await kubeconfigFor(proxy.address, { token: cluster.adminToken }) });
		const namespace = await cluster.makeNamespace("shaky");
		let breaks = 0;
		proxy.fault = () => {
			breaks -= 1;
			return breaks >= 0 ? "reset" : undefined;
		};
		const name = { namespace, name: "a" };
		breaks = 1;
		const { object } = await shaky.apply(configMaps, name, configMap("a", { a: "1" }), ours);
		breaks = 1;
		expect(await shaky.get(configMaps, name)).toEqual(object);
		breaks = 2;
		await expect(shaky.get(configMaps, name)).rejects.toMatchObject({ code: "ClusterUnreachable" });
		breaks = 1;
		const json = [{ op: "add", path: "/metadata/finalizers", value: [] }];
		await expect(shaky.patch(configMaps, name, { json }, { fieldManager: "gitward" })).rejects.toMatchObject({
			code: "ClusterUnreachable",
		});
		breaks = 1;
		await expect(shaky.delete(configMaps, name, {})).rejects.toMatchObject({ code: "ClusterUnreachable" });
		breaks = 1;
		expect(await shaky.delete(configMaps, name, { uid: object.metadata.uid })).toBeDefined();
	});

	it("is no API server, or one that tells what it can do in many answers", async () => {
		await using proxy = await startFaultyProxy(cluster);
		const kubeconfig = await kubeconfigFor(proxy.address, { token: cluster.adminToken });
		await using old = await openClient({ kubeconfig });
		proxy.rewrite = (headers) => ({ ...headers, accept: "application/json" });
		expect(await old.discovery.find("apps", "Deployment")).toEqual(await client.discovery.find("apps", "Deployment"));
		expect(await old.discovery.find("", "ConfigMap", "v1")).toEqual(await client.discovery.find("", "ConfigMap"));
		expect(await old.discovery.find("", "Scale")).toBeUndefined();
		// A group that cannot be told is unknown, which is never the same as absent.
		proxy.fault = ({ url }) => (url === "/apis/apps/v1" ? { status: 500, body: "no" } : undefined);
		old.discovery.forget();
		await expect(old.discovery.find("apps", "Deployment")).rejects.toMatchObject({ code: "GroupUnavailable", kind: "unavailable" });
		expect(await old.discovery.find("batch", "Job")).toBeDefined();

		proxy.fault = () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<h1>Welcome</h1>" });
		await expect(old.version()).rejects.toMatchObject({ code: "AnswerUnreadable", message: expect.stringContaining("API server?") });
		proxy.fault = () => ({ status: 200, headers: { "content-type": "application/json" }, body: '{"metadata":{}}' });
		await expect(collect(old.list(configMaps))).rejects.toMatchObject({ code: "AnswerUnreadable" });
		proxy.fault = () => ({ status: 404, body: "404 page not found" });
		await expect(old.get(configMaps, { namespace: "default", name: "a" })).rejects.toMatchObject({ code: "UnknownKind" });
	});

	it("asks for what the cluster can do once for all callers, and not again while it is the same", async () => {
		await using proxy = await startFaultyProxy(cluster);
		await using asking = await openClient({ kubeconfig: await kubeconfigFor(proxy.address, { token: cluster.adminToken }) });
		const kinds = ["Deployment", "StatefulSet", "DaemonSet", "Nothing"];
		await Promise.all(kinds.map(async (kind) => asking.discovery.find("apps", kind)));
		expect(proxy.seen.toSorted()).toEqual(["GET /api", "GET /apis"]);
		await asking.discovery.find("apps", "Nothing");
		expect(proxy.seen).toHaveLength(2);
		const statuses: (string | undefined)[] = [];
		proxy.fault = ({ headers }) => {
			statuses.push(headers["if-none-match"]);
			return undefined;
		};
		asking.discovery.forget();
		expect(await asking.discovery.find("apps", "Deployment")).toBeDefined();
		expect(statuses).toEqual([expect.stringMatching(/^"/u), expect.stringMatching(/^"/u)]);
	});
});
