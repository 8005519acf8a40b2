import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleApplication } from "../../test/api/samples.ts";
import { startApi, type TestApi } from "../../test/api/start-api.ts";
import { AppError, type ErrorKind } from "../core/app-error.ts";
import { contract } from "./contract.ts";

let api: TestApi;
beforeEach(async () => {
	api = await startApi();
});
afterEach(() => api.close());

const shop = { params: { name: "shop" } };
const workingTree = {
	repository: "shop",
	base: "a".repeat(40),
	files: [
		{ path: "deploy/shop/page.yaml", content: Buffer.from("hé").toString("base64") },
		{ path: "gone", content: null },
	],
};

describe("the routes", () => {
	it("answer by their schemas, through the client", async () => {
		const { client } = api;
		expect(await client.call("getControl", {})).toMatchObject({ source: "/srv/control" });
		expect((await client.call("listEnvironments", {})).items.map((each) => each.name)).toEqual(["staging", "production"]);
		expect((await client.call("listRepositories", {})).items).toHaveLength(1);
		expect((await client.call("listApplications", {})).items.map((each) => each.name)).toEqual(["billing", "shop"]);
		expect((await client.call("listApplications", { query: { environment: "production" } })).items.map((each) => each.name)).toEqual([
			"billing",
		]);
		expect(await client.call("getApplication", shop)).toMatchObject({ name: "shop", inventory: [{ name: "web" }, { name: "page" }] });
		expect((await client.call("listObjects", shop)).items).toHaveLength(2);
		expect(await client.call("getPlan", shop)).toMatchObject({ hash: "c".repeat(64) });
		expect((await client.call("getHistory", shop)).items.map((each) => each.id)).toEqual(["3", "2", "1"]);
		expect(await client.call("getSession", {})).toMatchObject({ version: "0.0.0-test" });
		expect(await client.call("waitSettled", shop)).toEqual({ settled: true });
	});

	it("ask the operations with who it was", async () => {
		const { client, operations } = api;
		await client.call("syncApplication", { ...shop, body: { confirm: "abc" } });
		await client.call("syncApplication", shop);
		await client.call("rollbackApplication", { ...shop, body: { to: "2" } });
		await client.call("suspendApplication", shop);
		await client.call("resumeApplication", shop);
		await client.call("refreshRepository", shop);
		const by = { name: "admin", via: "api" };
		expect(operations.asked).toEqual([
			{ what: "sync", name: "shop", by, argument: "abc" },
			{ what: "sync", name: "shop", by, argument: undefined },
			{ what: "rollback", name: "shop", by, argument: "2" },
			{ what: "suspend", name: "shop", by },
			{ what: "resume", name: "shop", by },
			{ what: "refresh", name: "shop" },
		]);
	});

	it("take a working tree", async () => {
		expect(await api.client.call("planWorkingTree", { ...shop, body: workingTree })).toMatchObject({ revision: "working tree" });
		expect(await api.client.call("findAffected", { body: workingTree })).toEqual({ applications: ["shop"] });
		expect(api.operations.asked[0]?.argument).toEqual({
			repository: "shop",
			base: "a".repeat(40),
			files: new Map([
				["deploy/shop/page.yaml", Buffer.from("hé")],
				["gone", null],
			]),
		});
	});

	it("take a working tree of many megabytes", async () => {
		const content = Buffer.alloc(18 * 1024 * 1024, 1);
		await api.client.call("findAffected", { body: { ...workingTree, files: [{ path: "big", content: content.toString("base64") }] } });
		const asked = api.operations.asked[0]?.argument as { files: Map<string, Buffer> };
		expect(asked.files.get("big")?.equals(content)).toBe(true);
	});

	it.each(["../x", "/x", "a/../b", ".git/config", "a//b", "a\\b", "."])("refuse the path %s in a working tree", async (path) => {
		await expect(api.client.call("findAffected", { body: { ...workingTree, files: [{ path, content: "" }] } })).rejects.toMatchObject({
			code: "InvalidPath",
		});
	});

	it.each(["a", "ab=c", "====", "*abc", "abc "])("refuse the content %j, which is not base64", async (content) => {
		await expect(api.client.call("findAffected", { body: { ...workingTree, files: [{ path: "x", content }] } })).rejects.toMatchObject({
			code: "InvalidRequest",
		});
	});

	it("page by cursor, also when the list changes in between", async () => {
		const { client, operations } = api;
		operations.list.splice(0, 2, ...["a", "b", "c", "d", "e"].map((name) => sampleApplication(name, {})));
		const first = await client.call("listApplications", { query: { limit: 2 } });
		expect(first.items.map((each) => each.name)).toEqual(["a", "b"]);
		operations.list.splice(0, 1);
		const second = await client.call("listApplications", { query: { limit: 2, cursor: first.next ?? "" } });
		expect(second.items.map((each) => each.name)).toEqual(["c", "d"]);
		expect((await client.all("listApplications", { query: { limit: 2 } })).map((each) => each.name)).toEqual(["b", "c", "d", "e"]);
		expect((await client.all("getHistory", { ...shop, params: { name: "b" }, query: { limit: 1 } })).map((each) => each.id)).toEqual([
			"3",
			"2",
			"1",
		]);
		await expect(client.call("listApplications", { query: { cursor: "x" } })).rejects.toMatchObject({
			code: "InvalidCursor",
			kind: "invalid",
		});
		await expect(client.call("listEvents", { query: { cursor: "x" } })).rejects.toMatchObject({ code: "InvalidCursor", kind: "invalid" });
	});

	it("give the log of events by pages, and its end", async () => {
		for (let i = 1; i <= 5; i += 1) api.operations.emit(`event ${i}`);
		expect((await api.client.all("listEvents", { query: { limit: 2 } })).map((each) => each.id)).toEqual([1, 2, 3, 4, 5]);
		expect((await api.client.call("listEvents", { query: { newest: true, limit: 2 } })).items.map((each) => each.id)).toEqual([4, 5]);
	});

	it.each<[ErrorKind, number]>([
		["invalid", 400],
		["denied", 403],
		["notFound", 404],
		["conflict", 409],
		["waiting", 202],
		["unavailable", 503],
		["timeout", 504],
		["internal", 500],
	])("answer an error of kind %s with %i, and the client throws the same", async (kind, status) => {
		const place = { file: "a.yaml", line: 3, column: 4, key: "spec.x", quote: "x: 1" };
		const error = new AppError("because", { code: "Because", kind, hint: "do this", place, retryAfterMs: 1500 });
		api.operations.failure = error;
		const response = await api.fetch("/api/v1/applications/shop");
		expect(response.status).toBe(status);
		expect(response.headers.get("retry-after")).toBe("2");
		expect(await response.json()).toEqual({
			error: { code: "Because", kind, message: "because", hint: "do this", place, retryAfterMs: 1500 },
		});
		await expect(api.client.call("getApplication", shop)).rejects.toMatchObject({
			message: "because",
			code: "Because",
			kind,
			hint: "do this",
			place,
		});
	});

	it("keep what a foreign error says to the log", async () => {
		api.operations.failure = new Error("password=hunter2");
		const response = await api.fetch("/api/v1/applications/shop");
		expect(response.status).toBe(500);
		const body = await response.text();
		expect(body).not.toContain("hunter2");
		const { error } = JSON.parse(body) as { error: { message: string } };
		const request = /request (?<id>[^ ]+)$/u.exec(error.message)?.groups?.id;
		expect(api.logged.some(([message, keys]) => message === "a request failed" && (keys as { request?: string }).request === request)).toBe(
			true,
		);
	});

	it("wait for settled only so long", async () => {
		let left = false;
		api.operations.settle = (signal) =>
			new Promise((_, reject) => signal?.addEventListener("abort", () => reject(((left = true), signal.reason)), { once: true }));
		expect(await api.client.call("waitSettled", { ...shop, query: { limit: 1 } })).toEqual({ settled: false });
		expect(left).toBe(true);
	});

	it("stop working when the client leaves", async () => {
		const stopped = Promise.withResolvers<void>();
		const asked = Promise.withResolvers<void>();
		api.operations.settle = (signal) => {
			signal?.addEventListener("abort", () => stopped.resolve(), { once: true });
			asked.resolve();
			return new Promise(() => undefined);
		};
		const leave = new AbortController();
		const call = api.client.call("waitSettled", shop, { signal: leave.signal });
		await asked.promise;
		leave.abort();
		await expect(call).rejects.toMatchObject({ name: "AbortError" });
		await stopped.promise;
	});

	it("refuse 50 MB of JSON without reading it all, on every route with a body", async () => {
		for (const route of Object.values(contract)) {
			if (!("body" in route)) continue;
			const response = await api.fetch(route.path.replace(":name", "shop"), {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ x: "y".repeat(50_000_000) }),
			});
			expect(response.status).toBe(413);
			expect(await response.json()).toMatchObject({ error: { code: "BodyTooLarge", kind: "invalid" } });
		}
	});

	it("refuse what is not JSON, and unknown fields", async () => {
		const post = (body: string, type = "application/json") =>
			api.fetch("/api/v1/applications/shop/sync", { method: "POST", headers: { "content-type": type }, body });
		expect((await post("{")).status).toBe(400);
		expect((await post('{"__proto__": {"x": 1}}')).status).toBe(400);
		expect((await post('{"confrim": "x"}')).status).toBe(400);
		expect((await post("a=b", "application/x-www-form-urlencoded")).status).toBe(415);
		expect((await post("a=b", "text/plain")).status).toBe(415);
		expect(api.operations.asked).toEqual([]);
	});

	it("take a webhook as a hint", async () => {
		expect(
			(await api.fetch("/hooks/generic?repository=shop", { method: "POST", body: "anything", headers: { "content-type": "text/plain" } }))
				.status,
		).toBe(202);
		expect((await api.fetch("/hooks/generic?repository=nope", { method: "POST" })).status).toBe(404);
		expect((await api.fetch("/hooks/generic", { method: "POST" })).status).toBe(400);
		expect((await api.fetch("/hooks/github", { method: "POST" })).status).toBe(404);
		expect((await fetch(`${api.url}/hooks/generic?repository=shop`, { method: "POST" })).status).toBe(401);
		expect(api.operations.asked).toEqual([{ what: "refresh", name: "shop" }]);
	});

	it("tell whether Gitward lives and is ready, to anyone", async () => {
		expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
		expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
		api.operations.isReady = false;
		expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
	});
});

describe("the dashboard", () => {
	it("is served with its caching, its index for its pages, and nothing beside it", async () => {
		const folder = await mkdtemp(join(tmpdir(), "gitward-"));
		await mkdir(join(folder, "ui", "assets"), { recursive: true });
		await writeFile(join(folder, "secret.txt"), "hunter2");
		await writeFile(join(folder, "ui", "index.html"), "<title>index</title>");
		await writeFile(join(folder, "ui", ".hidden"), "hunter2");
		await writeFile(join(folder, "ui", "assets", "app-1234.js"), "1");
		const served = await startApi({ dashboard: join(folder, "ui") });
		const get = (path: string, accept = "text/html") => fetch(`${served.url}${path}`, { headers: { accept } });
		expect(await (await get("/")).text()).toContain("index");
		expect((await get("/")).headers.get("cache-control")).toBe("no-cache");
		expect((await get("/assets/app-1234.js")).headers.get("cache-control")).toContain("immutable");
		expect(await (await get("/applications/shop")).text()).toContain("index");
		expect((await get("/assets/gone.js")).status).toBe(404);
		expect((await get("/api/v1/nothing")).status).toBe(404);
		expect((await get("/applications/shop", "application/json")).status).toBe(404);
		expect((await get("/.hidden")).status).toBe(404);
		for (const path of ["/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/assets/..%2f..%2fsecret.txt"])
			expect(await (await get(path)).text()).not.toContain("hunter2");
		await served.close();
		await rm(folder, { recursive: true });
	});

	it("says so where it is not built", async () => {
		expect(await (await fetch(`${api.url}/`)).text()).toContain("not built");
	});
});
