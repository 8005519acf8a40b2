import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ResourceType } from "../../src/drivers/kubernetes/client/client.ts";
import { loadConnection } from "../../src/drivers/kubernetes/client/connection.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { makeAuthority } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";
import { startFaultyProxy, startTunnelProxy } from "./faulty-proxy.ts";
import { collect, configMap, kubeconfigFor, type OpenClient, openClient } from "./open-client.ts";
import { sharedCluster } from "./shared.ts";

const configMaps: ResourceType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true, verbs: [] };
const ours = { fieldManager: "gitward", force: false };

let cluster: Cluster;
let namespace: string;
let folder: string;

beforeAll(async () => {
	cluster = sharedCluster();
	namespace = await cluster.makeNamespace("login");
	folder = join(cluster.folder, namespace);
	await mkdir(folder);
	for (const user of ["alice", "carol", "system:serviceaccount:test:robot"]) await allow(user);
});

/** Gives a user the right to everything in the namespace. */
async function allow(name: string): Promise<void> {
	await cluster.call("POST", `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
		metadata: { generateName: "all-" },
		roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
		subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }],
	});
}

const opened: OpenClient[] = [];
afterEach(async () => {
	await Promise.all(opened.splice(0).map(async (client) => client.close()));
});

async function open(...args: Parameters<typeof openClient>): Promise<OpenClient> {
	const client = await openClient(...args);
	opened.push(client);
	return client;
}

async function read(client: OpenClient): Promise<unknown> {
	return client.get(configMaps, { namespace, name: "none" });
}

/** A clock that can be put forward. */
function movable(): Clock & { forward(ms: number): void } {
	let added = 0;
	return { ...systemClock, now: () => Date.now() + added, monotonic: () => performance.now() + added, forward: (ms) => void (added += ms) };
}

describe("a user", () => {
	it("of a token may do what RBAC lets them, and is told what not", async () => {
		const client = await open({ kubeconfig: await cluster.writeKubeconfig({ token: cluster.tokens["alice"] }) });
		await expect.poll(async () => read(client).catch((error: Error) => error.message)).toBeUndefined();
		await expect(client.apply(configMaps, { namespace: "default", name: "a" }, configMap("a"), ours)).rejects.toMatchObject({
			code: "Forbidden",
			kind: "denied",
			message: "ConfigMap default/a is forbidden: alice may not patch configmaps",
		});
		await expect(collect(client.list(configMaps))).rejects.toMatchObject({ code: "Forbidden" });
		await expect(collect(client.watch(configMaps, { resourceVersion: "0" }))).rejects.toMatchObject({ code: "Forbidden" });
	});

	it("acts in another's name, with the groups of the other", async () => {
		const client = await open({ kubeconfig: cluster.kubeconfig });
		const name = { namespace, name: "as" };
		const as = { user: "alice", groups: [] };
		await expect.poll(async () => client.apply(configMaps, name, configMap("as"), { ...ours, as }).then(() => true)).toBe(true);
		const elsewhere = { namespace: "default", name: "as" };
		await expect(client.apply(configMaps, elsewhere, configMap("as"), { ...ours, as })).rejects.toMatchObject({ code: "Forbidden" });
		await expect(client.delete(configMaps, elsewhere, { as })).rejects.toMatchObject({ code: "Forbidden" });
		const masters = { user: "nobody", groups: ["other", "system:masters"] };
		expect(await client.apply(configMaps, elsewhere, configMap("as"), { ...ours, as: masters, dryRun: true })).toMatchObject({
			created: true,
		});

		const asInFile = await open({
			kubeconfig: await cluster.writeKubeconfig({ token: cluster.adminToken, as: "bob", "as-groups": ["x", "y"] }),
		});
		await expect(read(asInFile)).rejects.toMatchObject({
			code: "Forbidden",
			message: expect.stringContaining("bob may not get configmaps"),
		});
	});

	it("of a client certificate, in files that are written anew", async () => {
		const stranger = await cluster.clientCertificate("mallory");
		const carol = await cluster.clientCertificate("carol");
		const files = { "client-certificate": "user.crt", "client-key": "user.key" };
		const put = async (from: typeof carol): Promise<void> => {
			await writeFile(join(folder, "user.crt"), await readFile(from.certificate));
			await writeFile(join(folder, "user.key"), await readFile(from.key));
		};
		await put(stranger);
		const text = await readFile(await cluster.writeKubeconfig(files), "utf8");
		await writeFile(join(folder, "certificate.yaml"), text);
		const clock = movable();
		const client = await open({ kubeconfig: "certificate.yaml" }, { base: folder, clock });
		await expect(read(client)).rejects.toMatchObject({ code: "Forbidden", message: expect.stringContaining("mallory") });
		await put(carol);
		clock.forward(10_000);
		await expect.poll(async () => read(client).catch((error: Error) => error.message)).toBeUndefined();

		const inline = {
			"client-certificate-data": (await readFile(carol.certificate)).toString("base64"),
			"client-key-data": (await readFile(carol.key)).toString("base64"),
		};
		expect(await read(await open({ kubeconfig: await cluster.writeKubeconfig(inline) }))).toBeUndefined();
	});

	it("whose token was replaced is known at once, and whose token is no longer good is told so", async () => {
		const file = join(folder, "rotated.token");
		await writeFile(file, "expired-token-value");
		const client = await open({ kubeconfig: await cluster.writeKubeconfig({ tokenFile: file }) });
		const failure = await read(client).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: "Unauthorized", kind: "denied", hint: expect.stringContaining("renew") });
		expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("expired-token-value");
		await writeFile(file, `${cluster.tokens["alice"]}\n`);
		// No clock moves: the refusal itself makes it look.
		await expect.poll(async () => read(client).catch((error: Error) => error.message)).toBeUndefined();

		const kubeconfig = await cluster.writeKubeconfig({ token: "wrong" });
		const inline = await open({ kubeconfig });
		await expect(read(inline)).rejects.toMatchObject({ code: "Unauthorized" });
		await rename(await cluster.writeKubeconfig({ token: cluster.tokens["alice"] }), kubeconfig);
		expect(await read(inline)).toBeUndefined();
	});

	it("of the service account of the Pod", async () => {
		await cluster.call("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: "robot" } });
		await allow(`system:serviceaccount:${namespace}:robot`);
		const account = join(folder, "serviceaccount");
		await mkdir(account);
		await writeFile(join(account, "token"), await cluster.serviceAccountToken(namespace, "robot"));
		await writeFile(join(account, "ca.crt"), cluster.ca);
		await writeFile(join(account, "namespace"), `${namespace}\n`);
		const { hostname, port } = new URL(cluster.url);
		const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
		const client = await open({}, { environment, serviceAccount: account });
		await expect.poll(async () => read(client).catch((error: Error) => error.message)).toBeUndefined();
		await expect(open({}, { environment: {} })).rejects.toMatchObject({ code: "KubeconfigMissing", kind: "invalid" });
		await expect(open({}, { environment, serviceAccount: join(folder, "none") })).rejects.toMatchObject({ code: "CredentialUnreadable" });
	});
});

describe("a credential plug-in", () => {
	async function plugin(script: string, more: object = {}): Promise<{ readonly command: string; readonly kubeconfig: string }> {
		const command = join(folder, `plugin-${Math.random().toString(36).slice(2)}`);
		await writeFile(command, `#!${process.execPath}\n${script}`);
		await chmod(command, 0o755);
		const exec = { apiVersion: "client.authentication.k8s.io/v1", command, args: ["get-token"], interactiveMode: "Never", ...more };
		return { command, kubeconfig: await cluster.writeKubeconfig({ exec }) };
	}
	const answer = (status: string): string =>
		`const { appendFileSync } = require("node:fs"); appendFileSync(__filename + ".log", process.argv[2] + " " + process.env.KUBERNETES_EXEC_INFO + "\\n");
		console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: ${status} }));`;

	it("is not run unless the operator allows that very command", async () => {
		const { command, kubeconfig } = await plugin(answer(`{ token: "x" }`));
		await expect(open({ kubeconfig }, { allowExec: ["/bin/true", `${command}2`] })).rejects.toMatchObject({
			code: "CredentialPluginNotAllowed",
			kind: "denied",
			hint: `If you trust it, start Gitward with --allow-credential-plugin ${command}.`,
		});
		await expect(readFile(`${command}.log`)).rejects.toMatchObject({ code: "ENOENT" });
	});

	it("is run once, and again when its login ends", async () => {
		const alice = JSON.stringify(cluster.tokens["alice"]);
		const { command, kubeconfig } = await plugin(
			answer(`{ token: ${alice}, expirationTimestamp: new Date(Date.now() + 3600_000).toISOString() }`),
			{ provideClusterInfo: true, env: [{ name: "LANG", value: "C" }] },
		);
		const clock = movable();
		const client = await open({ kubeconfig }, { allowExec: [command], clock });
		const runs = async (): Promise<string[]> => (await readFile(`${command}.log`, "utf8")).trimEnd().split("\n");
		await Promise.all([read(client), read(client), read(client)]);
		await read(client);
		const [first = "", ...others] = await runs();
		expect(others).toEqual([]);
		expect(JSON.parse(first.slice("get-token ".length))).toMatchObject({ spec: { interactive: false, cluster: { server: cluster.url } } });
		clock.forward(3_600_001);
		await read(client);
		expect(await runs()).toHaveLength(2);
	});

	it("whose login the server refuses is not run for every request", async () => {
		const { command, kubeconfig } = await plugin(answer(`{ token: "refused" + Math.random() }`));
		const clock = movable();
		const client = await open({ kubeconfig }, { allowExec: [command], clock });
		const runs = async (): Promise<number> => (await readFile(`${command}.log`, "utf8")).trimEnd().split("\n").length;
		for (let request = 0; request < 5; request += 1) await expect(read(client)).rejects.toMatchObject({ code: "Unauthorized" });
		expect(await runs()).toBe(1);
		clock.forward(5000);
		await expect(read(client)).rejects.toMatchObject({ code: "Unauthorized" });
		expect(await runs()).toBe(2);
	});

	it("that fails is told, without what it printed", async () => {
		const cases: readonly (readonly [script: string, message: RegExp])[] = [
			[`console.error("no session", process.argv[3]); process.exit(3)`, /exit code 3: no session \*\*\*/u],
			[`console.log("token-that-is-secret")`, /printed no JSON/u],
			[answer(`{ expirationTimestamp: "2030-01-01T00:00:00Z" }`), /holds no token/u],
		];
		for (const [script, message] of cases) {
			const { command, kubeconfig } = await plugin(script, { args: ["get-token", "token-that-is-secret"] });
			const client = await open({ kubeconfig }, { allowExec: [command] });
			const failure = await read(client).catch((error: unknown) => error);
			expect(failure).toMatchObject({ code: "CredentialPluginFailed", kind: "unavailable", message: expect.stringMatching(message) });
			expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("token-that-is-secret");
		}
	});
});

describe("a connection", () => {
	it("never shows a token", async () => {
		const exec = createExec({ environment: {} });
		const connection = await loadConnection({ kubeconfig: cluster.kubeconfig }, { base: "/", environment: {}, exec });
		const login = await connection.credentials.current();
		expect(login.authorization?.reveal()).toBe(`Bearer ${cluster.adminToken}`);
		expect(inspect({ connection, login }, { depth: 10, showHidden: true }) + JSON.stringify({ connection, login })).not.toContain(
			cluster.adminToken,
		);
	});

	it("to a server whose certificate is not trusted is refused, and so is looking away", async () => {
		const authority = await makeAuthority(folder, "stranger");
		const foreign = { ...cluster, authority };
		const client = await open({ kubeconfig: await kubeconfigFor(foreign, { token: cluster.adminToken }) });
		await expect(read(client)).rejects.toMatchObject({
			code: "CertificateUntrusted",
			kind: "denied",
			hint: expect.stringContaining("certificate-authority-data"),
		});
		const insecure = (await readFile(cluster.kubeconfig, "utf8")).replace(
			/certificate-authority-data: .*/u,
			"insecure-skip-tls-verify: true",
		);
		await writeFile(join(folder, "insecure.yaml"), insecure);
		await expect(open({ kubeconfig: "insecure.yaml" }, { base: folder })).rejects.toMatchObject({
			code: "InsecureNotAllowed",
			kind: "denied",
		});
		expect(await read(await open({ kubeconfig: "insecure.yaml" }, { base: folder, allowInsecure: true }))).toBeUndefined();
	});

	it("wants the right name in the certificate", async () => {
		await using named = await startFaultyProxy(cluster, ["DNS:api.example.test"]);
		const kubeconfig = await kubeconfigFor(named.address, { token: cluster.adminToken });
		await expect(read(await open({ kubeconfig }))).rejects.toMatchObject({
			code: "CertificateUntrusted",
			hint: expect.stringContaining("tls-server-name"),
		});
		const text = (await readFile(kubeconfig, "utf8")).replace(
			"certificate-authority-data",
			"tls-server-name: api.example.test\n      certificate-authority-data",
		);
		await writeFile(kubeconfig, text);
		expect(await read(await open({ kubeconfig }))).toBeUndefined();
	});

	it("goes through a proxy, with a password where it wants one", async () => {
		await using proxy = await startTunnelProxy();
		const client = await open({ kubeconfig: cluster.kubeconfig, proxy: proxy.url });
		expect(await read(client)).toBeUndefined();
		expect(proxy.tunnels[0]?.target).toBe(new URL(cluster.url).host);
		// Two groups: each stays a header of its own on the way.
		const as = { user: "nobody", groups: ["other", "system:masters"] };
		expect(await client.apply(configMaps, { namespace, name: "p" }, configMap("p"), { ...ours, as, dryRun: true })).toMatchObject({
			created: true,
		});

		await using guarded = await startTunnelProxy(`Basic ${Buffer.from("user:pass word").toString("base64")}`);
		const withPassword = guarded.url.replace("http://", "http://user:pass%20word@");
		const kubeconfig = join(folder, "proxy.yaml");
		const text = await readFile(cluster.kubeconfig, "utf8");
		await writeFile(kubeconfig, text.replace("certificate-authority-data", `proxy-url: ${withPassword}\n      certificate-authority-data`));
		expect(await read(await open({ kubeconfig }))).toBeUndefined();
		await expect(read(await open({ kubeconfig: cluster.kubeconfig, proxy: guarded.url }))).rejects.toMatchObject({
			code: "ClusterUnreachable",
			kind: "unavailable",
			message: expect.stringContaining("answered 407"),
		});
	});
});
