import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startApi, testToken } from "../../test/api/start-api.ts";

/** A key and a certificate for it, made for this run. */
async function makeCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-"));
	const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
	const names = "subjectAltName=DNS:gitward.test,DNS:*.apps.gitward.test";
	const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
	execFileSync(
		"openssl",
		["req", "-x509", ...kind, "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=gitward.test", "-addext", names],
		{ stdio: "ignore" },
	);
	const tls = { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
	await rm(folder, { recursive: true });
	return tls;
}

it("listens on every address with TLS, by the names of its certificate", async () => {
	const tls = await makeCertificate();
	const api = await startApi({ listen: { host: "0.0.0.0", port: 0, tls } });
	const port = Number(new URL(api.url).port);
	const ask = (host: string) =>
		new Promise<{ status: number; headers: Readonly<Record<string, unknown>> }>((resolve, reject) => {
			const outgoing = request(
				{
					host: "127.0.0.1",
					servername: "gitward.test",
					port,
					path: "/api/v1/applications",
					ca: tls.cert,
					checkServerIdentity: () => undefined,
					headers: { host, authorization: `Bearer ${testToken}` },
				},
				(incoming) => {
					incoming.resume();
					incoming.once("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers }));
				},
			);
			outgoing.once("error", reject);
			outgoing.end();
		});
	const answer = await ask("gitward.test");
	expect(answer.status).toBe(200);
	expect(answer.headers["strict-transport-security"]).toContain("max-age");
	expect((await ask("a.apps.gitward.test:443")).status).toBe(200);
	expect((await ask("a.b.apps.gitward.test")).status).toBe(421);
	expect((await ask("evil.example")).status).toBe(421);
	await api.close();
});
