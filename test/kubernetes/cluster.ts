import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent, request as httpsRequest } from "node:https";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { type CertificateFiles, issueCertificate } from "./certificates.ts";

/** What one needs to know to talk to a control plane, as plain data: a test run hands it to its workers. */
export interface ClusterAddress {
	/** `https://127.0.0.1:PORT`. */
	readonly url: string;
	/** A folder for files of tests; it is removed with the control plane. */
	readonly folder: string;
	/** Files of the authority that signed the server's certificate and signs those of clients. */
	readonly authority: CertificateFiles;
	/** Kubeconfig file of an administrator. */
	readonly kubeconfig: string;
	readonly adminToken: string;
	/** Tokens of the users that have no rights until they are given some, by name. */
	readonly tokens: Readonly<Record<string, string>>;
}

/** An answer of the API server, whatever its status. */
export interface ApiAnswer<Body> {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Body;
}

export interface ApiRequestOptions {
	/** Default: merge-patch for PATCH, otherwise JSON. */
	readonly contentType?: string;
	/** Default: the administrator's. */
	readonly token?: string;
	/** A client certificate instead of a token. */
	readonly certificate?: CertificateFiles;
}

/** The loosest shape of an object, for assertions. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into objects of any kind
export type AnyObject = Record<string, any>;

/** A control plane as its administrator sees it, by a path of its own beside Gitward's client. */
export interface Cluster extends ClusterAddress {
	/** PEM of the authority. */
	readonly ca: string;
	request<Body = AnyObject>(method: string, path: string, body?: unknown, options?: ApiRequestOptions): Promise<ApiAnswer<Body>>;
	/** Body of an answer that must be a success. */
	call<Body = AnyObject>(method: string, path: string, body?: unknown, options?: ApiRequestOptions): Promise<Body>;
	/** Asks until `accept` takes the object (an empty one where it is not there), at most `seconds`, 30 unless told. */
	until(path: string, accept: (object: AnyObject) => boolean, seconds?: number): Promise<AnyObject>;
	/** A new namespace of a name that nobody else has. */
	makeNamespace(prefix?: string): Promise<string>;
	/** A client certificate for a user, who has no rights until given some. */
	clientCertificate(name: string, groups?: readonly string[]): Promise<CertificateFiles>;
	/** A token for a service account that exists, by the TokenRequest API. */
	serviceAccountToken(namespace: string, name: string, seconds?: number): Promise<string>;
	/** Writes a kubeconfig with these fields of `user`, and resolves to its path. */
	writeKubeconfig(user: Readonly<Record<string, unknown>>, namespace?: string): Promise<string>;
}

/** Opens what an address tells. */
export function openCluster(address: ClusterAddress): Cluster {
	const ca = readFileSync(address.authority.certificate, "utf8");
	const agent = new Agent({ ca, keepAlive: true, maxSockets: 32 });
	const request: Cluster["request"] = (method, path, body, options = {}) =>
		send(agent, new URL(path, address.url), method, body, { token: address.adminToken, ...options });
	const call: Cluster["call"] = async <Body>(...args: Parameters<Cluster["request"]>) => {
		const answer = await request<Body>(...args);
		if (answer.status < 300) return answer.body;
		throw new Error(`${args[0]} ${args[1]} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
	};
	return {
		...address,
		ca,
		request,
		call,
		async until(path, accept, seconds = 30) {
			const limit = performance.now() + seconds * 1000;
			let last = "nothing";
			while (performance.now() < limit) {
				const answer = await request("GET", path).catch((error: Error) => ({ status: 0, body: { message: error.message } }));
				last = `${answer.status}: ${JSON.stringify(answer.body)}`;
				if ((answer.status === 200 || answer.status === 404) && accept(answer.status === 200 ? answer.body : {})) return answer.body;
				await delay(50);
			}
			throw new Error(`${path} did not become as expected in ${seconds} s. It is ${last}`);
		},
		async makeNamespace(prefix = "test") {
			const name = `${prefix}-${randomBytes(4).toString("hex")}`;
			await call("POST", "/api/v1/namespaces", { metadata: { name } });
			return name;
		},
		async clientCertificate(name, groups = []) {
			return issueCertificate(address.authority, address.folder, `client-${randomBytes(6).toString("hex")}`, { name, groups });
		},
		async serviceAccountToken(namespace, name, seconds = 3600) {
			const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
			const made = await call("POST", path, { spec: { expirationSeconds: seconds } });
			return made["status"].token as string;
		},
		async writeKubeconfig(user, namespace) {
			const file = join(address.folder, `kubeconfig-${randomBytes(6).toString("hex")}`);
			await writeFile(file, kubeconfigText(address, user, namespace), { mode: 0o600 });
			return file;
		},
	};
}

/** Text of a kubeconfig with one cluster, one user and one context. */
export function kubeconfigText(
	address: Pick<ClusterAddress, "url" | "authority">,
	user: Readonly<Record<string, unknown>>,
	namespace?: string,
): string {
	const ca = readFileSync(address.authority.certificate).toString("base64");
	return stringify({
		apiVersion: "v1",
		kind: "Config",
		clusters: [{ name: "test", cluster: { server: address.url, "certificate-authority-data": ca } }],
		users: [{ name: "test", user }],
		contexts: [{ name: "test", context: { cluster: "test", user: "test", ...(namespace === undefined ? {} : { namespace }) } }],
		"current-context": "test",
	});
}

function send<Body>(agent: Agent, url: URL, method: string, body: unknown, options: ApiRequestOptions): Promise<ApiAnswer<Body>> {
	const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
	const contentType = options.contentType ?? (method === "PATCH" ? "application/merge-patch+json" : "application/json");
	const headers = {
		accept: "application/json",
		...(options.certificate === undefined ? { authorization: `Bearer ${options.token ?? ""}` } : {}),
		...(text === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(text) }),
	};
	const { certificate } = options;
	const client = certificate && { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
	return new Promise((resolve, reject) => {
		const outgoing = httpsRequest(url, { agent, ...client, method, headers, timeout: 30_000 }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => void chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				const answer = Buffer.concat(chunks).toString();
				const isJson = response.headers["content-type"]?.startsWith("application/json") === true;
				resolve({ status: response.statusCode ?? 0, headers: response.headers, body: (isJson ? JSON.parse(answer) : answer) as Body });
			});
		});
		outgoing.on("timeout", () => outgoing.destroy(new Error(`${method} ${url.pathname} was not answered in 30 s`)));
		outgoing.on("error", reject);
		outgoing.end(text);
	});
}
