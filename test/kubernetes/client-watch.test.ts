import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResourceType, WatchLine } from "../../src/drivers/kubernetes/client/client.ts";
import type { Cluster } from "./cluster.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";
import { collect, configMap, kubeconfigFor, type OpenClient, openClient, typeOf } from "./open-client.ts";
import { sharedCluster } from "./shared.ts";

let cluster: Cluster;
let client: OpenClient;
let configMaps: ResourceType;

beforeAll(async () => {
	cluster = sharedCluster();
	client = await openClient({ kubeconfig: cluster.kubeconfig });
	configMaps = await typeOf(client, "", "ConfigMap");
});
afterAll(async () => client.close());

const ours = { fieldManager: "gitward", force: false };

/** The resourceVersion from which a watch of a namespace goes on. */
async function versionOf(namespace: string): Promise<string> {
	const [page] = await collect(client.list(configMaps, { namespace }));
	return page?.resourceVersion ?? "";
}

describe("watch", () => {
	it("tells of each change with the version that the object has, for built-in types and custom ones", async () => {
		const namespace = await cluster.makeNamespace("watched");
		const group = "watched.example.test";
		const spec = {
			group,
			scope: "Namespaced",
			names: { plural: "things", kind: "Thing", singular: "thing" },
			versions: [
				{
					name: "v1",
					served: true,
					storage: true,
					schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
				},
			],
		};
		await cluster.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { metadata: { name: `things.${group}` }, spec });
		client.discovery.forget();
		await expect.poll(async () => client.discovery.find(group, "Thing"), { timeout: 20_000 }).toBeDefined();
		const things = await typeOf(client, group, "Thing");
		const tricky = { "a.example.test/b": '{"metadata":{"resourceVersion":"1"}}', "a.example.test/c": "\\", "a.example.test/d": 'x\\"' };
		for (const [type, body] of [
			[configMaps, { apiVersion: "v1", kind: "ConfigMap", data: { a: '"resourceVersion":"2"' } }],
			[things, { apiVersion: `${group}/v1`, kind: "Thing", spec: { metadata: { resourceVersion: "3" }, 'x"resourceVersion': "4" } }],
		] as const) {
			await expect
				.poll(
					async () =>
						collect(client.list(type, { namespace })).then(
							() => true,
							() => false,
						),
					{ timeout: 20_000 },
				)
				.toBe(true);
			const [page] = await collect(client.list(type, { namespace, labelSelector: "app=one" }));
			const name = { namespace, name: "one" };
			const metadata = { name: "one", labels: { app: "one" }, annotations: tricky };
			const versions: string[] = [];
			const made = await client.apply(type, name, { ...body, metadata }, ours);
			versions.push(made.object.metadata.resourceVersion);
			await client.apply(type, { namespace, name: "other" }, { ...body, metadata: { name: "other" } }, ours);
			const changed = await client.apply(type, name, { ...body, metadata: { ...metadata, labels: { app: "one", more: "1" } } }, ours);
			versions.push(changed.object.metadata.resourceVersion);
			await client.delete(type, name, {});

			const lines: WatchLine[] = [];
			for await (const line of client.watch(type, { namespace, labelSelector: "app=one", resourceVersion: page?.resourceVersion ?? "" })) {
				lines.push(line);
				if (line.type === "DELETED") break;
			}
			expect(lines.map(({ type }) => type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
			expect(lines.slice(0, 2).map(({ resourceVersion }) => resourceVersion)).toEqual(versions);
			for (const line of lines) {
				const object = line.object();
				expect(object.metadata.resourceVersion).toBe(line.resourceVersion);
				expect(object.metadata.annotations).toEqual(tricky);
			}
			expect(lines[1]?.object()).toEqual(changed.object);
		}
	});

	it("ends when its signal is aborted, and keeps no connection", async () => {
		const abort = new AbortController();
		const lines = collect(client.watch(configMaps, { resourceVersion: "0", signal: abort.signal }));
		setImmediate(() => abort.abort());
		await expect(lines).rejects.toMatchObject({ code: "Cancelled" });
		await expect(collect(client.watch(configMaps, { resourceVersion: "0", signal: AbortSignal.abort() }))).rejects.toMatchObject({
			code: "Cancelled",
		});
	});

	it("that begins too far back is told to list anew", async () => {
		await expect(collect(client.watch(configMaps, { resourceVersion: "1" }))).rejects.toMatchObject({ code: "WatchExpired" });
	});

	it("that fell silent is given up", async () => {
		await using proxy = await startFaultyProxy(cluster);
		const kubeconfig = await kubeconfigFor(proxy.address, { token: cluster.adminToken });
		await using impatient = await openClient({ kubeconfig }, { silenceMs: 1500 });
		const namespace = await cluster.makeNamespace("silent");
		const seen: string[] = [];
		const watching = (async () => {
			for await (const line of impatient.watch(configMaps, { namespace, resourceVersion: await versionOf(namespace) })) {
				seen.push(line.object().metadata.name);
				if (seen.length === 2) {
					proxy.silence();
					await client.apply(configMaps, { namespace, name: "unheard" }, configMap("unheard"), ours);
				}
			}
		})();
		watching.catch(() => {});
		await client.apply(configMaps, { namespace, name: "one" }, configMap("one"), ours);
		await client.apply(configMaps, { namespace, name: "two" }, configMap("two"), ours);
		await expect(watching).rejects.toMatchObject({ code: "WatchSilent", kind: "unavailable" });
		expect(seen.filter((name) => name !== "kube-root-ca.crt")).toEqual(expect.arrayContaining(["one"]));
	});

	it("loses nothing for a reader who is slower than the API server", async () => {
		const namespace = await cluster.makeNamespace("slow");
		const resourceVersion = await versionOf(namespace);
		const big = "x".repeat(200_000);
		const names = Array.from({ length: 60 }, (_, index) => `big-${index}`);
		const watching = client.watch(configMaps, { namespace, resourceVersion, labelSelector: "big" })[Symbol.asyncIterator]();
		const first = watching.next();
		for (const name of names) {
			const body = { ...configMap(name, { big }), metadata: { name, labels: { big: "1" } } };
			await client.apply(configMaps, { namespace, name }, body, ours);
		}
		const seen = [((await first).value as WatchLine).object().metadata.name];
		while (seen.length < names.length) seen.push(((await watching.next()).value as WatchLine).object().metadata.name);
		await watching.return?.();
		expect(seen).toEqual(names);
	});
});
