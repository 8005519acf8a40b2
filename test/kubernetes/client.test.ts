import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResourceType } from "../../src/drivers/kubernetes/client/client.ts";
import type { Cluster } from "./cluster.ts";
import { collect, configMap, type OpenClient, openClient, typeOf } from "./open-client.ts";
import { sharedCluster } from "./shared.ts";

let cluster: Cluster;
let client: OpenClient;
let configMaps: ResourceType;
let namespace: string;

beforeAll(async () => {
	cluster = sharedCluster();
	client = await openClient({ kubeconfig: cluster.kubeconfig });
	configMaps = await typeOf(client, "", "ConfigMap");
	namespace = await cluster.makeNamespace("client");
});
afterAll(async () => client.close());

const ours = { fieldManager: "gitward", force: false };

describe("apply", () => {
	it("makes, says that it did, and changes after", async () => {
		const name = { namespace, name: "made" };
		const first = await client.apply(configMaps, name, configMap("made", { a: "1" }), ours);
		expect(first).toMatchObject({ created: true, warnings: [], object: { kind: "ConfigMap", data: { a: "1" } } });
		const second = await client.apply(configMaps, name, configMap("made", { a: "2" }), ours);
		expect(second).toMatchObject({ created: false, object: { data: { a: "2" } } });
		expect(await client.get(configMaps, name)).toEqual(second.object);
		const metadata = await client.get(configMaps, name, { metadataOnly: true });
		expect(metadata).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { uid: first.object.metadata.uid } });
		expect(metadata).not.toHaveProperty("data");
	});

	it("keeps nothing in a dry run", async () => {
		const name = { namespace, name: "dry" };
		const result = await client.apply(configMaps, name, configMap("dry"), { ...ours, dryRun: true });
		expect(result.object.metadata.uid).toEqual(expect.any(String));
		expect(await client.get(configMaps, name)).toBeUndefined();
	});

	it("names the manager and the field of a conflict, and takes the field by force", async () => {
		const name = { namespace, name: "shared" };
		await client.apply(configMaps, name, configMap("shared", { colour: "blue" }), { ...ours, fieldManager: "kubectl-edit" });
		await expect(client.apply(configMaps, name, configMap("shared", { colour: "red" }), ours)).rejects.toMatchObject({
			code: "FieldConflict",
			kind: "conflict",
			field: "data.colour",
			message: `ConfigMap ${namespace}/shared has fields that others own: kubectl-edit owns data.colour`,
		});
		const forced = await client.apply(configMaps, name, configMap("shared", { colour: "red" }), { ...ours, force: true });
		expect(forced.object["data"]).toEqual({ colour: "red" });
	});

	it("tells what is wrong with a manifest, and where", async () => {
		const deployments = await typeOf(client, "apps", "Deployment");
		const apply = async (type: ResourceType, body: object) => client.apply(type, { namespace, name: "bad" }, body, ours);
		const metadata = { name: "bad" };
		await expect(apply(configMaps, { ...configMap("bad"), dta: {} })).rejects.toMatchObject({
			code: "ManifestRefused",
			kind: "invalid",
			field: "dta",
			message: `ConfigMap ${namespace}/bad was refused: dta: field not declared in schema`,
		});
		await expect(apply(configMaps, { ...configMap("bad"), data: { port: 80 } })).rejects.toMatchObject({
			code: "ManifestRefused",
			field: "data.port",
			message: expect.stringContaining("data.port: expected string, got 80"),
		});
		await expect(apply(deployments, { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: -1 } })).rejects.toMatchObject(
			{
				code: "ManifestRefused",
				field: "spec.replicas",
				message: expect.stringContaining("spec.selector: Required value"),
			},
		);
	});

	it("never quotes a value of a Secret", async () => {
		const secrets = await typeOf(client, "", "Secret");
		const name = { namespace, name: "secret" };
		const body = (more: object): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "secret" }, ...more });
		const failures = [
			body({ stringData: { pin: 123_456_789 } }),
			body({ data: { pin: "123456789!" } }),
			body({ data: { pin: ["123456789"] } }),
			body({ type: "kubernetes.io/tls", data: { "tls.crt": Buffer.from("123456789").toString("base64") } }),
		].map(async (wrong) => client.apply(secrets, name, wrong, ours).catch((error: Error) => error));
		for (const failure of await Promise.all(failures)) {
			expect(failure).toMatchObject({ code: "ManifestRefused" });
			expect(`${(failure as Error).message} ${(failure as Error).stack}`).not.toMatch(/123456789|MTIzNDU2Nzg5/u);
		}
	});

	it("tells an immutable field from other trouble", async () => {
		const services = await typeOf(client, "", "Service");
		const jobs = await typeOf(client, "batch", "Job");
		const maps = { namespace, name: "fixed" };
		await client.apply(configMaps, maps, { ...configMap("fixed", { a: "1" }), immutable: true }, ours);
		await expect(client.apply(configMaps, maps, { ...configMap("fixed", { a: "2" }), immutable: true }, ours)).rejects.toMatchObject({
			code: "FieldImmutable",
			kind: "invalid",
			field: "data",
		});
		const service = (clusterIP: string) => ({
			apiVersion: "v1",
			kind: "Service",
			metadata: { name: "fixed" },
			spec: { clusterIP, ports: [{ port: 80 }] },
		});
		await client.apply(services, maps, service("10.0.7.7"), ours);
		await expect(client.apply(services, maps, service("10.0.7.8"), ours)).rejects.toMatchObject({ code: "FieldImmutable" });
		const job = (image: string) => ({
			apiVersion: "batch/v1",
			kind: "Job",
			metadata: { name: "fixed" },
			spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image }] } } },
		});
		await client.apply(jobs, maps, job("a"), ours);
		await expect(client.apply(jobs, maps, job("b"), ours)).rejects.toMatchObject({ code: "FieldImmutable", field: "spec.template" });
	});

	it("gives the warnings of the API server", async () => {
		const pods = await typeOf(client, "", "Pod");
		const spec = { containers: [{ name: "main", image: "a" }], nodeSelector: { "beta.kubernetes.io/os": "linux" } };
		const body = { apiVersion: "v1", kind: "Pod", metadata: { name: "warned" }, spec };
		const { warnings } = await client.apply(pods, { namespace, name: "warned" }, body, { ...ours, dryRun: true });
		expect(warnings.join("\n")).toContain("beta.kubernetes.io/os");
	});

	it("knows a missing namespace, one that goes, and a full quota", async () => {
		await expect(client.apply(configMaps, { namespace: "nowhere", name: "a" }, configMap("a"), ours)).rejects.toMatchObject({
			code: "NamespaceNotFound",
			kind: "notFound",
		});
		const going = await cluster.makeNamespace("going");
		await cluster.call("POST", `/api/v1/namespaces/${going}/configmaps`, {
			metadata: { name: "held", finalizers: ["test.gitward.dev/held"] },
		});
		await cluster.call("DELETE", `/api/v1/namespaces/${going}`);
		await expect(client.apply(configMaps, { namespace: going, name: "a" }, configMap("a"), ours)).rejects.toMatchObject({
			code: "NamespaceTerminating",
			kind: "unavailable",
		});
		await cluster.call("PATCH", `/api/v1/namespaces/${going}/configmaps/held`, { metadata: { finalizers: null } });

		const full = await cluster.makeNamespace("full");
		await cluster.call("POST", `/api/v1/namespaces/${full}/resourcequotas`, {
			metadata: { name: "none" },
			spec: { hard: { services: "0" } },
		});
		const services = await typeOf(client, "", "Service");
		const service = { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec: { ports: [{ port: 80 }] } };
		await expect
			.poll(async () =>
				client.apply(services, { namespace: full, name: "one" }, service, { ...ours, dryRun: true }).catch((error: unknown) => error),
			)
			.toMatchObject({ code: "QuotaExceeded", kind: "denied", message: expect.stringContaining("the quota none") });
	});
});

describe("patch and delete", () => {
	it("patches in both ways", async () => {
		const name = { namespace, name: "patched" };
		await client.apply(configMaps, name, configMap("patched", { a: "1", b: "1" }), ours);
		const options = { fieldManager: "gitward" };
		expect(await client.patch(configMaps, name, { merge: { data: { a: null } } }, options)).toMatchObject({ data: { b: "1" } });
		const json = [{ op: "replace", path: "/data/b", value: "2" }];
		expect(await client.patch(configMaps, name, { json }, { ...options, dryRun: true })).toMatchObject({ data: { b: "2" } });
		expect(await client.get(configMaps, name)).toMatchObject({ data: { b: "1" } });
		await expect(client.patch(configMaps, { namespace, name: "none" }, { json }, options)).rejects.toMatchObject({
			code: "ObjectNotFound",
		});
	});

	it("deletes what it means, and nothing that came since", async () => {
		const name = { namespace, name: "deleted" };
		const { object } = await client.apply(configMaps, name, configMap("deleted"), ours);
		await expect(client.delete(configMaps, name, { uid: "another" })).rejects.toMatchObject({ code: "UidConflict", kind: "conflict" });
		expect(await client.delete(configMaps, name, { uid: object.metadata.uid, dryRun: true })).toBeDefined();
		expect(await client.delete(configMaps, name, { uid: object.metadata.uid })).toMatchObject({
			kind: "ConfigMap",
			metadata: { name: "deleted", namespace, uid: object.metadata.uid },
		});
		expect(await client.delete(configMaps, name, {})).toBeUndefined();
	});

	it("lets dependents stay, or go first", async () => {
		const name = { namespace, name: "owner" };
		const { object } = await client.apply(
			configMaps,
			name,
			{ ...configMap("owner"), metadata: { name: "owner", finalizers: ["test.gitward.dev/f"] } },
			ours,
		);
		const deleted = await client.delete(configMaps, name, { uid: object.metadata.uid, propagation: "Foreground" });
		expect(deleted?.metadata).toMatchObject({
			deletionTimestamp: expect.any(String),
			finalizers: expect.arrayContaining(["foregroundDeletion"]),
		});
		await client.patch(configMaps, name, { merge: { metadata: { finalizers: null } } }, { fieldManager: "gitward" });
	});
});

describe("list", () => {
	it("gives all pages of a namespace, of a label, and metadata only", async () => {
		const many = await cluster.makeNamespace("many");
		const names = Array.from({ length: 25 }, (_, index) => `map-${String(index).padStart(2, "0")}`);
		await Promise.all(
			names.map(async (name, index) => {
				const labels = { parity: index % 2 === 0 ? "even" : "odd" };
				await client.apply(configMaps, { namespace: many, name }, { ...configMap(name, { x: "1" }), metadata: { name, labels } }, ours);
			}),
		);
		const pages = await collect(client.list(configMaps, { namespace: many, limit: 10, labelSelector: "parity" }));
		expect(pages.map(({ items }) => items.length)).toEqual([10, 10, 5]);
		expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
		const items = pages.flatMap(({ items }) => items);
		expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
		expect(items[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { x: "1" } });

		const [odd] = await collect(client.list(configMaps, { namespace: many, labelSelector: "parity=odd", metadataOnly: true }));
		expect(odd?.items).toHaveLength(12);
		expect(odd?.items[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map-01" } });
		expect(odd?.items[0]).not.toHaveProperty("data");
		expect(odd?.items[0]?.metadata).not.toHaveProperty("managedFields");

		const [one] = await collect(client.list(configMaps, { namespace: many, fieldSelector: "metadata.name=map-07" }));
		expect(one?.items).toHaveLength(1);
		await expect(collect(client.list(configMaps, { namespace: many, most: 20, limit: 10 }))).rejects.toMatchObject({
			code: "ListTooLong",
		});
	});
});

describe("discovery", () => {
	it("knows types by group, kind and version", async () => {
		expect(await client.version()).toMatch(/^v1\.\d+\.\d+/u);
		expect(await client.discovery.find("apps", "Deployment")).toMatchObject({ version: "v1", plural: "deployments", namespaced: true });
		expect(client.discovery.known("rbac.authorization.k8s.io", "ClusterRole", "v1")).toMatchObject({ namespaced: false });
		expect(await client.discovery.find("apps", "Deployment", "v1beta1")).toBeUndefined();
		expect(await client.discovery.find("", "Scale")).toBeUndefined();
		expect(await client.discovery.find("no.such.group", "Thing")).toBeUndefined();
	});

	it("finds the kind of a CustomResourceDefinition that appears, and says so where there is none", async () => {
		const group = `g${Math.random().toString(36).slice(2)}.example.test`;
		expect(await client.discovery.find(group, "Widget")).toBeUndefined();
		const widgets: ResourceType = { group, version: "v1", kind: "Widget", plural: "widgets", namespaced: true, verbs: [] };
		const widget = { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "one" }, spec: { size: 3 } };
		const apply = async () => client.apply(widgets, { namespace, name: "one" }, widget, ours);
		await expect(apply()).rejects.toMatchObject({ code: "UnknownKind", kind: "denied" });
		await expect(client.get(widgets, { namespace, name: "one" })).rejects.toMatchObject({ code: "UnknownKind" });
		await expect(client.delete(widgets, { namespace, name: "one" }, {})).rejects.toMatchObject({ code: "UnknownKind" });

		const definitions = await typeOf(client, "apiextensions.k8s.io", "CustomResourceDefinition");
		const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
		const crd = {
			apiVersion: "apiextensions.k8s.io/v1",
			kind: "CustomResourceDefinition",
			metadata: { name: `widgets.${group}` },
			spec: {
				group,
				scope: "Namespaced",
				names: { plural: "widgets", kind: "Widget", singular: "widget" },
				versions: [{ name: "v1", served: true, storage: true, schema }],
			},
		};
		await client.apply(definitions, { namespace: "", name: crd.metadata.name }, crd, ours);
		// No `forget`: asking for a type that is not known reads the catalog anew by itself.
		await expect.poll(async () => client.discovery.find(group, "Widget"), { timeout: 20_000 }).toMatchObject({ plural: "widgets" });
		await expect.poll(async () => (await apply()).object, { timeout: 20_000 }).toMatchObject({ spec: { size: 3 } });
		await client.delete(definitions, { namespace: "", name: crd.metadata.name }, {});
		await expect
			.poll(
				async () => {
					client.discovery.forget();
					return client.discovery.find(group, "Widget");
				},
				{ timeout: 20_000 },
			)
			.toBeUndefined();
	});
});

describe("log", () => {
	it("gives the lines of a container, with their times", async () => {
		const pods = await typeOf(client, "", "Pod");
		const name = { namespace, name: "talks" };
		const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "talks" }, spec: { containers: [{ name: "main", image: "a" }] } };
		await client.apply(pods, name, pod, ours);
		await cluster.until(`/api/v1/namespaces/${namespace}/pods/talks`, ({ status }) => status?.phase === "Running");
		const lines = await collect(client.log(name, { tail: 100, follow: false }));
		expect(lines).toEqual([
			{ time: expect.stringMatching(/^\d{4}-/u), text: "starting" },
			{ time: expect.any(String), text: "listening on :8080" },
		]);
		expect(await collect(client.log(name, { tail: 1, follow: false, container: "main" }))).toHaveLength(1);
		const missing = collect(client.log({ namespace, name: "none" }, { tail: 1, follow: false }));
		await expect(missing).rejects.toMatchObject({ code: "ObjectNotFound" });
	});
});
