import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld, settings } from "./apply-world.ts";
import { issueCertificate } from "./certificates.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

const object = (name: string, given: Readonly<Record<string, unknown>>): DesiredObject => ({
	apiVersion: "v1",
	kind: "ConfigMap",
	metadata: { name, namespace: world.namespace },
	...given,
});

/** A webhook that is asked about ConfigMaps of the test's namespace. */
async function startWebhook(configuration: Readonly<Record<string, unknown>>): Promise<void> {
	const { cluster, namespace } = world;
	const files = await issueCertificate(cluster.authority, cluster.folder, `webhook-${namespace}`, {
		name: "127.0.0.1",
		hosts: ["IP:127.0.0.1"],
	});
	const server = createServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) }, (request, response) => {
		void text(request).then((body) => {
			const { uid } = JSON.parse(body).request;
			const answer = { uid, allowed: false, status: { message: "the price must not be free" } };
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: answer }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
	await cluster.call("POST", path, {
		metadata: { name: namespace },
		webhooks: [
			{
				name: "prices.example.com",
				admissionReviewVersions: ["v1"],
				clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(cluster.ca).toString("base64") },
				namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
				rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }],
				...configuration,
			},
		],
	});
	onTestFinished(async () => {
		await cluster.call("DELETE", `${path}/${namespace}`);
		server.closeAllConnections();
		server.close();
	});
	// The API server learns of it a little later.
	for (;;) {
		const probe = await cluster.request("POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { generateName: "probe-" } });
		if (probe.status >= 300) return;
	}
}

describe("what the API server refuses", () => {
	it("is told with the Object and the field", async () => {
		const wrong = object("settings", { data: { a: { not: "a string" } } });
		await expect(world.apply(wrong)).rejects.toMatchObject({
			kind: "invalid",
			message: expect.stringContaining(`ConfigMap ${world.namespace}/settings`),
		});
		await expect(world.observe([wrong])).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("settings") });
		const unknown = object("settings", { dat: { a: "1" } });
		await expect(world.apply(unknown)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("dat") });
		await expect(world.apply(object("Not A Name", {}))).rejects.toMatchObject({ kind: "invalid" });
	});

	it("may be a webhook's doing", async () => {
		await startWebhook({ sideEffects: "None" });
		const failure = { code: "WebhookRefused", kind: "denied", message: expect.stringContaining("the price must not be free") };
		await expect(world.apply(object("prices", { data: { price: "free" } }))).rejects.toMatchObject(failure);
		await expect(world.observe([object("prices", { data: { price: "free" } })])).rejects.toMatchObject(failure);
	});

	it("may exceed a quota", async () => {
		await world.cluster.call("POST", `/api/v1/namespaces/${world.namespace}/resourcequotas`, {
			metadata: { name: "few" },
			spec: { hard: { "count/configmaps": "0" } },
		});
		await world.cluster.until(`/api/v1/namespaces/${world.namespace}/resourcequotas/few`, ({ status }) => status?.hard !== undefined);
		await expect(world.apply(object("settings", {}))).rejects.toMatchObject({
			code: "QuotaExceeded",
			kind: "denied",
			message: /quota few/u,
		});
	});

	it("may be beyond the rights of whom it is done for", async () => {
		const as = settings({ as: { user: "tenant", groups: [] } });
		const failure = { code: "Forbidden", kind: "denied", message: expect.stringContaining("tenant") };
		await expect(world.apply(object("settings", {}), "create", { settings: as })).rejects.toMatchObject(failure);
		await expect(world.observe([object("settings", {})], { settings: as })).rejects.toMatchObject(failure);
		await world.apply(object("settings", {}));
		await expect(world.remove(object("settings", {}), { settings: as })).rejects.toMatchObject(failure);
		await world.cluster.call("GET", world.path(object("settings", {})));
	});

	it("may be in a namespace that is going", async () => {
		const held = { metadata: { name: "held", finalizers: ["example.com/held"] } };
		await world.cluster.call("POST", `/api/v1/namespaces/${world.namespace}/configmaps`, held);
		await world.cluster.call("DELETE", `/api/v1/namespaces/${world.namespace}`);
		await expect(world.apply(object("settings", {}))).rejects.toMatchObject({ code: "NamespaceTerminating", kind: "unavailable" });
		expect(await world.observe([object("settings", {})])).toMatchObject([{ state: "missing" }]);
		await world.cluster.call("PATCH", `/api/v1/namespaces/${world.namespace}/configmaps/held`, { metadata: { finalizers: null } });
	});
});

describe("secrets", () => {
	const secret = (value: string): DesiredObject => ({
		...object("keys", { data: { key: Buffer.from(value).toString("base64") } }),
		kind: "Secret",
	});

	it("are masked in every difference, and still differ", async () => {
		expect((await world.observe([secret("one")]))[0]?.differences).toMatchObject([{ path: "", after: { data: { key: "***" } } }]);
		await world.apply(secret("one"));
		expect((await world.observe([secret("two")]))[0]?.differences).toEqual([{ path: "/data/key", before: "***", after: "***" }]);
		const told = JSON.stringify(await world.observe([secret("two")]));
		for (const value of ["one", "two"]) expect(told).not.toContain(Buffer.from(value).toString("base64"));
	});
});
