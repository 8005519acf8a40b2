// A stand-in for an API server, for sizes that a real one does not reach on the machine at hand: ConfigMaps by server-side apply, lists and watches.
// `stub-cluster.ts FOLDER NAMESPACE…` writes a kubeconfig into the folder and says its path.
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { issueCertificate, makeAuthority } from "../test/kubernetes/certificates.ts";

interface StubObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly labels?: Readonly<Record<string, string>>;
		readonly [field: string]: unknown;
	};
	readonly [field: string]: unknown;
}

const [folder, ...namespaces] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: stub-cluster.ts FOLDER NAMESPACE…");
const objects = new Map<string, StubObject>();
const watchers = new Set<{ readonly selector: string | null; readonly response: ServerResponse }>();
let version = 1000;

function resource(plural: string, kind: string, scope: string): object {
	return {
		resource: plural,
		responseKind: { group: "", version: "v1", kind },
		scope,
		verbs: ["get", "list", "watch", "patch", "delete", "create"],
	};
}

const discovery: Readonly<Record<string, object>> = {
	"/api": {
		kind: "APIGroupDiscoveryList",
		apiVersion: "apidiscovery.k8s.io/v2",
		items: [
			{
				metadata: { name: "" },
				versions: [
					{ version: "v1", resources: [resource("configmaps", "ConfigMap", "Namespaced"), resource("namespaces", "Namespace", "Cluster")] },
				],
			},
		],
	},
	"/apis": { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items: [] },
};

/** The set of fields of an applied configuration; lists count as one field. */
function fieldsOf(value: unknown, skip: ReadonlySet<string> = new Set()): object {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => !skip.has(key))
			.map(([key, each]) => [`f:${key}`, fieldsOf(each)]),
	);
}

function answer(response: ServerResponse, status: number, body: object, type = "application/json"): void {
	response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, reason: string): void {
	answer(response, status, {
		kind: "Status",
		apiVersion: "v1",
		status: "Failure",
		reason,
		message: reason,
		details: { name: "x", kind: "configmaps" },
		code: status,
	});
}

function isSelected({ metadata }: StubObject, selector: string | null): boolean {
	if (selector === null) return true;
	const [name = "", value] = selector.split("=");
	return metadata.labels?.[name] === value;
}

function tell(type: string, object: StubObject): void {
	const line = `${JSON.stringify({ type, object })}\n`;
	for (const { selector, response } of watchers) if (isSelected(object, selector)) response.write(line);
}

function apply(path: string, text: string, manager: string, response: ServerResponse): void {
	const body = JSON.parse(text) as StubObject;
	const before = objects.get(path);
	if (before !== undefined && body.metadata["resourceVersion"] !== undefined) return refuse(response, 409, "Conflict");
	version += 1;
	const time = new Date().toISOString();
	const { metadata, ...rest } = body;
	const own = fieldsOf({ ...rest, metadata }, new Set(["apiVersion", "kind", "name", "namespace", "resourceVersion", "uid"]));
	const object: StubObject = {
		...rest,
		metadata: {
			...metadata,
			uid: before?.metadata["uid"] ?? randomUUID(),
			resourceVersion: String(version),
			creationTimestamp: before?.metadata["creationTimestamp"] ?? time,
			managedFields: [{ manager, operation: "Apply", apiVersion: "v1", time, fieldsType: "FieldsV1", fieldsV1: own }],
		},
	};
	objects.set(path, object);
	answer(response, before === undefined ? 201 : 200, object);
	tell(before === undefined ? "ADDED" : "MODIFIED", object);
}

function list(url: URL, response: ServerResponse): void {
	const parts = url.pathname.split("/");
	const namespace = parts[3] === "namespaces" ? parts[4] : undefined;
	if (url.pathname === "/api/v1/namespaces") {
		const items = namespaces.map((name) => ({ metadata: { name, uid: name, resourceVersion: "1" } }));
		return answer(response, 200, { kind: "NamespaceList", apiVersion: "v1", metadata: { resourceVersion: String(version) }, items });
	}
	const selector = url.searchParams.get("labelSelector");
	const from = Number(url.searchParams.get("continue") ?? 0);
	const limit = Number(url.searchParams.get("limit") ?? 500);
	const all = [...objects.values()].filter(
		(each) => (namespace === undefined || each.metadata.namespace === namespace) && isSelected(each, selector),
	);
	const items = all.slice(from, from + limit);
	const more = from + limit < all.length ? { continue: String(from + limit) } : {};
	answer(response, 200, { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: String(version), ...more }, items });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? "/", "https://stub");
	const known = discovery[url.pathname];
	if (known !== undefined) return answer(response, 200, known, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
	if (request.method === "PATCH") return apply(url.pathname, await bodyOf(request), url.searchParams.get("fieldManager") ?? "", response);
	if (request.method === "DELETE") {
		const object = objects.get(url.pathname);
		if (object === undefined) return refuse(response, 404, "NotFound");
		objects.delete(url.pathname);
		version += 1;
		answer(response, 200, object);
		return tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
	}
	if (url.searchParams.get("watch") === "true") {
		response.writeHead(200, { "content-type": "application/json" });
		const watcher = { selector: url.searchParams.get("labelSelector"), response };
		response.flushHeaders();
		watchers.add(watcher);
		response.on("close", () => watchers.delete(watcher));
		return;
	}
	const object = objects.get(url.pathname);
	if (object !== undefined) return answer(response, 200, object);
	if (/\/(?:configmaps|namespaces)$/u.test(url.pathname)) return list(url, response);
	refuse(response, 404, "NotFound");
}

const authority = await makeAuthority(folder, "stub-ca");
const server = await issueCertificate(authority, folder, "stub-server", { name: "stub", hosts: ["IP:127.0.0.1"] });
const listener = createServer({ cert: readFileSync(server.certificate), key: readFileSync(server.key) }, (request, response) => {
	handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
});
listener.listen(0, "127.0.0.1", () => {
	const { port } = listener.address() as AddressInfo;
	const kubeconfig = join(folder, "stub-kubeconfig");
	const config = {
		apiVersion: "v1",
		kind: "Config",
		"current-context": "stub",
		clusters: [{ name: "stub", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": authority.certificate } }],
		users: [{ name: "stub", user: { token: "stub" } }],
		contexts: [{ name: "stub", context: { cluster: "stub", user: "stub" } }],
	};
	writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
	process.stdout.write(`${kubeconfig}\n`);
});
