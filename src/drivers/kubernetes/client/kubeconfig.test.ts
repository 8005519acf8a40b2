import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "../../../core/app-error.ts";
import { createExec } from "../../../lib/exec/exec.ts";
import { type ConnectionTarget, loadConnection } from "./connection.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-kubeconfig-"));
	await writeFile(join(folder, "ca.crt"), "the authority");
});
afterAll(async () => rm(folder, { recursive: true }));

const sound = `apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c
  cluster: {server: "https://api.example.test:6443/base", certificate-authority: ca.crt}
users:
- name: u
  user: {token: very-secret-token}
contexts:
- name: one
  context: {cluster: c, user: u, namespace: shop}
- name: two
  context: {cluster: d, user: u}
- name: three
  context: {cluster: c, user: v}
`;

async function load(text: string, target: ConnectionTarget = {}) {
	await writeFile(join(folder, "config"), text);
	const exec = createExec({ environment: {} });
	return loadConnection({ kubeconfig: "config", ...target }, { base: folder, environment: { HTTPS_PROXY: "http://proxy.test" }, exec });
}

describe("a kubeconfig", () => {
	it("names server, authority, namespace and login", async () => {
		const connection = await load(sound);
		expect(connection).toMatchObject({ ca: "the authority", namespace: "shop", insecure: false, as: undefined });
		expect(connection.server.href).toBe("https://api.example.test:6443/base");
		expect(connection.proxy?.host).toBe("proxy.test");
		expect((await connection.credentials.current()).authorization?.reveal()).toBe("Bearer very-secret-token");
	});

	it("takes a user and password, and a user who is nobody", async () => {
		const basic = await load(sound.replace("token: very-secret-token", "username: a, password: b"));
		expect((await basic.credentials.current()).authorization?.reveal()).toBe(`Basic ${Buffer.from("a:b").toString("base64")}`);
		const nobody = await load(sound.replace(", user: u, namespace: shop", ""));
		expect((await nobody.credentials.current()).authorization).toBeUndefined();
	});

	it.each([
		["", "KubeconfigInvalid", /is empty/u, {}],
		["a: [", "KubeconfigInvalid", /config/u, {}],
		[sound.replace("current-context: one", ""), "KubeconfigInvalid", /has no current context/u, {}],
		[sound.replace("current-context: one", "current-context: four"), "KubeconfigInvalid", /has no context four/u, { line: 11 }],
		[
			sound.replace("current-context: one", "current-context: two"),
			"KubeconfigInvalid",
			/names the cluster d, which is not in it/u,
			{ line: 14 },
		],
		[
			sound.replace("current-context: one", "current-context: three"),
			"KubeconfigInvalid",
			/names the user v, who is not in it/u,
			{ line: 16 },
		],
		[
			sound.replace("https://api", "ftp://api"),
			"KubeconfigInvalid",
			/clusters\[0\]\.cluster\.server/u,
			{ line: 6, key: "clusters[0].cluster.server" },
		],
		[sound.replace('server: "https://api.example.test:6443/base", ', ""), "KubeconfigInvalid", /server is missing/u, {}],
		[
			sound.replace("token: very-secret-token", "token: [very-secret-token]"),
			"KubeconfigInvalid",
			/users\[0\]\.user\.token is a list, but text/u,
			{ line: 9 },
		],
		[sound.replace("token: very-secret-token", "auth-provider: {name: gcp}"), "KubeconfigInvalid", /auth-provider/u, { line: 9 }],
		[
			sound.replace("token: very-secret-token", "client-certificate: ca.crt"),
			"KubeconfigInvalid",
			/both client-certificate and client-key/u,
			{ line: 9 },
		],
		[sound.replace("token: very-secret-token", 'client-certificate-data: "!!"'), "KubeconfigInvalid", /is not base64/u, { line: 9 }],
		[sound.replace("token: very-secret-token", "tokenFile: none"), "CredentialUnreadable", /none cannot be read: ENOENT/u, { line: 9 }],
		[sound.replace("ca.crt", "none.crt"), "CredentialUnreadable", /none\.crt cannot be read/u, { line: 6 }],
		[sound.replace("https://api", "http://api"), "InsecureNotAllowed", /in clear/u, { line: 6 }],
	])("is refused: %#", async (text, code, message, place) => {
		const failure = await load(text).then(
			() => undefined,
			(error: AppError) => error,
		);
		expect(failure).toMatchObject({ code, message: expect.stringMatching(message), place: { file: join(folder, "config"), ...place } });
		expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("very-secret-token");
	});

	it("that is not there is told", async () => {
		await expect(load(sound, { kubeconfig: "other" })).rejects.toMatchObject({ code: "KubeconfigUnreadable", kind: "invalid" });
	});
});
