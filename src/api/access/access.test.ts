import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeOperations } from "../../../test/api/fake-operations.ts";
import { startApi, type TestApi, testToken } from "../../../test/api/start-api.ts";
import { AppError } from "../../core/app-error.ts";
import { Secret } from "../../lib/secret.ts";
import { createApi } from "../server.ts";

let api: TestApi;
beforeAll(async () => {
	api = await startApi({
		git: async (request, response, actor) => {
			let bytes = 0;
			for await (const chunk of request) bytes += (chunk as Buffer).length;
			response.end(`${request.method} ${request.url} ${actor.via} ${bytes}`);
		},
	});
});
afterAll(() => api.close());

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

/** Unlike fetch, sends any header, also Host, Origin and Cookie. */
function send(
	path: string,
	options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string | Buffer } = {},
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const outgoing = httpRequest(`${api.url}${path}`, { method: options.method ?? "GET", headers: options.headers ?? {} }, (incoming) => {
			text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }), reject);
		});
		outgoing.once("error", reject);
		outgoing.end(options.body);
	});
}

const bearer = { authorization: `Bearer ${testToken}` };
const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` });

async function login(): Promise<string> {
	const answer = await send("/api/v1/session", {
		method: "POST",
		headers: { "content-type": "application/json", origin: api.url },
		body: JSON.stringify({ token: testToken }),
	});
	expect(answer.status).toBe(200);
	return String(answer.headers["set-cookie"]).split(";", 1)[0] ?? "";
}

describe("who may ask", () => {
	it.each([
		"/api/v1/applications",
		"/api/v1/events/stream",
		"/api/v1/session",
		"/metrics",
		"/git/shop.git/info/refs",
		"/api/v1/openapi.json",
	])("refuses %s without a token", async (path) => {
		const answer = await send(path);
		expect(answer.status).toBe(401);
		expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "TokenRequired", kind: "denied" } });
		expect(answer.headers["www-authenticate"]).toMatch(path.startsWith("/git/") ? /^Basic / : /^Bearer /);
	});

	it.each([
		{ authorization: "Bearer wrong" },
		{ authorization: "Bearer" },
		{ authorization: "Digest x" },
		basic("admin", "wrong"),
		{ authorization: "Basic !!" },
	])("refuses wrong credentials %j", async (headers) => {
		const answer = await send("/api/v1/applications", { headers });
		expect(answer.status).toBe(401);
		expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "TokenWrong" } });
	});

	it("lets in by bearer and basic, and names who it was", async () => {
		expect(JSON.parse((await send("/api/v1/session", { headers: bearer })).body)).toMatchObject({ actor: { name: "admin", via: "api" } });
		expect(JSON.parse((await send("/api/v1/session", { headers: { ...bearer, "user-agent": "gitward-cli/1" } })).body)).toMatchObject({
			actor: { via: "cli" },
		});
		expect((await send("/api/v1/applications", { headers: basic("anyone", testToken) })).status).toBe(200);
	});

	it("gives a cookie for the token, which holds until logout", async () => {
		const answer = await send("/api/v1/session", {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ token: testToken }),
		});
		const header = String(answer.headers["set-cookie"]);
		expect(header).toMatch(/; HttpOnly; SameSite=Strict/u);
		expect(header).not.toContain(testToken);
		const cookie = header.split(";", 1)[0] ?? "";
		expect(JSON.parse((await send("/api/v1/session", { headers: { cookie } })).body)).toMatchObject({ actor: { via: "dashboard" } });
		const out = await send("/api/v1/session", { method: "DELETE", headers: { cookie, origin: api.url } });
		expect(out.status).toBe(204);
		expect((await send("/api/v1/session", { headers: { cookie } })).status).toBe(401);
	});

	it("refuses a cookie that was changed, and the cookie at Git", async () => {
		const cookie = await login();
		const [name, value = ""] = cookie.split("=", 2);
		const later = value.replace(/^[0-9]+/u, (text) => String(Number(text) + 1));
		expect((await send("/api/v1/session", { headers: { cookie: `${name}=${later}` } })).status).toBe(401);
		expect((await send("/git/shop.git/info/refs", { headers: { cookie } })).status).toBe(401);
	});

	it("hands Git requests over raw, with whoever pushed", async () => {
		const body = Buffer.alloc(3 * 1024 * 1024, 7);
		const answer = await send("/git/shop.git/git-receive-pack?x=1", {
			method: "POST",
			headers: { ...basic("ada", testToken), "content-type": "application/x-git-receive-pack-request" },
			body,
		});
		expect(answer.body).toBe(`POST /git/shop.git/git-receive-pack?x=1 git ${body.length}`);
	});

	it("tells wrong tokens to wait after many, and lets the right one in all the same", async () => {
		const other = await startApi();
		const ask = (token: string) => fetch(`${other.url}/api/v1/applications`, { headers: { authorization: `Bearer ${token}` } });
		const statuses: number[] = [];
		for (let i = 0; i < 22; i += 1) statuses.push((await ask("wrong")).status);
		expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true);
		expect(statuses.at(-1)).toBe(429);
		expect((await ask(testToken)).status).toBe(200);
		await other.close();
	});
});

describe("where a request may come from", () => {
	it.each(["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1@evil.example"])("refuses the Host %j", async (host) => {
		const answer = await send("/api/v1/applications", { headers: { ...bearer, host } });
		expect([400, 421]).toContain(answer.status);
	});

	it.each(["localhost:99", "127.0.0.1", "[::1]:80", "10.0.0.7"])("serves the Host %j", async (host) => {
		expect((await send("/api/v1/applications", { headers: { ...bearer, host } })).status).toBe(200);
	});

	it.each(["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])("refuses the Origin %s", async (origin) => {
		for (const path of [
			"/api/v1/applications/shop/sync",
			"/api/v1/session",
			"/git/shop.git/git-receive-pack",
			"/hooks/generic?repository=shop",
		]) {
			const answer = await send(path, { method: "POST", headers: { ...bearer, origin } });
			expect(answer.status).toBe(403);
			expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "ForeignOrigin" } });
		}
	});

	it("refuses a change by cookie that no page of ours can have sent", async () => {
		const cookie = await login();
		const before = api.operations.asked.length;
		for (const headers of [{ cookie }, { cookie, "sec-fetch-site": "cross-site" }, { cookie, "sec-fetch-site": "same-site" }]) {
			expect((await send("/api/v1/applications/shop/sync", { method: "POST", headers })).status).toBe(403);
		}
		expect(api.operations.asked.length).toBe(before);
		expect(
			(
				await send("/api/v1/applications/shop/sync", {
					method: "POST",
					headers: { cookie, origin: api.url, "sec-fetch-site": "same-origin" },
				})
			).status,
		).toBe(202);
		expect(api.operations.asked.at(-1)).toMatchObject({ what: "sync", by: { name: "admin", via: "dashboard" } });
	});

	it("serves the name and origin of a proxy that it was told of", async () => {
		const behind = await startApi({ publicUrl: "https://gitward.example.com/" });
		const ask = (headers: Record<string, string>) =>
			new Promise<number>((resolve, reject) => {
				const outgoing = httpRequest(
					`${behind.url}/api/v1/applications/shop/sync`,
					{ method: "POST", headers: { ...bearer, ...headers } },
					(incoming) => {
						incoming.resume();
						resolve(incoming.statusCode ?? 0);
					},
				);
				outgoing.once("error", reject);
				outgoing.end();
			});
		expect(await ask({ host: "gitward.example.com", origin: "https://gitward.example.com" })).toBe(202);
		expect(await ask({ host: "127.0.0.1", origin: "https://gitward.example.com" })).toBe(202);
		expect(await ask({ host: "127.0.0.1", origin: "https://evil.example.com" })).toBe(403);
		expect(await ask({ host: "evil.example.com" })).toBe(421);
		const login = await fetch(`${behind.url}/api/v1/session`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ token: testToken }),
		});
		expect(login.headers.get("set-cookie")).toMatch(/^__Host-gitward_.*; Secure/u);
		await behind.close();
	});

	it("sends the security headers with every answer", async () => {
		for (const path of ["/", "/api/v1/applications", "/nothing", "/healthz"]) {
			const { headers } = await send(path);
			expect(headers["content-security-policy"]).toContain("script-src 'self';");
			expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
			expect(headers["x-content-type-options"]).toBe("nosniff");
			expect(headers["referrer-policy"]).toBe("no-referrer");
		}
	});

	it.each(["0.0.0.0", "::", "192.0.2.1", "example.com"])("does not listen on %s without TLS", async (host) => {
		const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
		const start = createApi({
			operations: new FakeOperations(),
			token: new Secret(testToken),
			version: "0",
			log,
			listen: { host, port: 0 },
		});
		await expect(start).rejects.toThrow(/without TLS/u);
	});

	it("says which address is taken", async () => {
		const port = Number(new URL(api.url).port);
		await expect(startApi({ listen: { host: "127.0.0.1", port } })).rejects.toMatchObject({
			code: "AddressInUse",
			kind: "conflict",
		} satisfies Partial<AppError>);
	});

	it("writes no token, cookie or query into the log", async () => {
		await send("/api/v1/applications?limit=5&cursor=bad-cursor", { headers: bearer });
		await login();
		const text = JSON.stringify(api.logged);
		expect(text).toContain("/api/v1/applications");
		expect(text).not.toContain(testToken);
		expect(text).not.toContain("bad-cursor");
	});
});
