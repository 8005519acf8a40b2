import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi, testToken } from "../../test/api/start-api.ts";
import { contract } from "./contract.ts";
import type { Route } from "./route.ts";

let api: TestApi;
beforeAll(async () => {
	api = await startApi();
});
afterAll(() => api.close());

const routes: readonly Route[] = Object.values(contract).filter(
	(route) => !("stream" in route) && route.path !== contract.waitSettled.path,
);
const nasty = fc.oneof(
	fc.string({ unit: "binary" }),
	fc.constantFrom("..", "%00", "%2e%2e%2f", "__proto__", "constructor", "a".repeat(5000), "shop", "-1", "1e9", "NaN", "{}", "[]", "%"),
);

it("answers whatever is asked, and never with 500", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.constantFrom(...routes),
			nasty,
			fc.dictionary(fc.oneof(fc.constantFrom("limit", "cursor", "newest", "environment"), fc.string()), nasty, { maxKeys: 4 }),
			fc.option(
				fc.oneof(
					fc.json(),
					fc.string(),
					fc
						.record({ to: nasty, confirm: nasty, repository: nasty, base: nasty, files: fc.jsonValue() }, { requiredKeys: [] })
						.map((each) => JSON.stringify(each)),
				),
			),
			fc.boolean(),
			async (route, name, query, body, encoded) => {
				const path = `${route.path.replace(":name", encoded ? encodeURIComponent(name.toWellFormed()) : encodeURI(name.toWellFormed()))}?${new URLSearchParams(query)}`;
				const response = await api
					.fetch(path, {
						method: route.method,
						...(body === null || route.method === "GET" ? {} : { body, headers: { "content-type": "application/json" } }),
					})
					.catch((error: unknown) => {
						if (error instanceof TypeError && /URL/u.test(error.message)) return undefined;
						throw error;
					});
				expect(response?.status ?? 0).toBeLessThan(500);
				await response?.text();
			},
		),
		{ numRuns: 600 },
	);
}, 60_000);

it("survives garbage on the wire", async () => {
	const port = Number(new URL(api.url).port);
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				fc.uint8Array({ maxLength: 300 }),
				fc
					.tuple(fc.constantFrom("GET", "POST", "BREW"), nasty, nasty)
					.map(([method, path, value]) =>
						Buffer.from(
							`${method} /api/v1/${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${testToken}\r\nX: ${value}\r\nConnection: close\r\n\r\n`,
						),
					),
			),
			async (bytes) => {
				const socket = connect(port, "127.0.0.1");
				socket.on("error", () => undefined);
				await once(socket, "connect");
				socket.end(bytes);
				let answer = "";
				socket.on("data", (chunk) => {
					answer += String(chunk);
				});
				await once(socket, "close");
				expect(answer).not.toMatch(/^HTTP\/1\.1 5/u);
			},
		),
		{ numRuns: 200 },
	);
	expect((await api.fetch("/api/v1/applications")).status).toBe(200);
}, 60_000);
