import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi, testToken } from "../../test/api/start-api.ts";
import type { GitwardEvent } from "../core/views/event.ts";

let api: TestApi;
beforeEach(async () => {
	api = await startApi({ limits: { heartbeatMs: 30, stallMs: 200, most: 3 } });
});
afterEach(() => api.close());

async function take(events: AsyncIterable<GitwardEvent>, count: number): Promise<number[]> {
	const ids: number[] = [];
	for await (const event of events) {
		ids.push(event.id);
		if (ids.length === count) break;
	}
	return ids;
}

describe("the stream of events", () => {
	it("begins with what comes after it was opened", async () => {
		api.operations.emit("old");
		const live = Promise.withResolvers<void>();
		const taken = take(api.client.events({ onState: (state) => state === "live" && live.resolve() }), 3);
		await live.promise;
		await subscribed(1);
		for (const text of ["a", "b", "c"]) api.operations.emit(text);
		expect(await taken).toEqual([2, 3, 4]);
	});

	it("goes on behind an id, through more events than one read takes, and with a filter", async () => {
		for (let i = 1; i <= 1000; i += 1) api.operations.emit("x", i % 10 === 0 ? { application: "billing" } : {});
		expect(await take(api.client.events({ after: 500 }), 500)).toEqual(Array.from({ length: 500 }, (_, i) => 501 + i));
		expect(await take(api.client.events({ after: 0, application: "billing" }), 100)).toEqual(
			Array.from({ length: 100 }, (_, i) => (i + 1) * 10),
		);
	});

	it("loses nothing and repeats nothing when the server goes and comes back", async () => {
		const port = Number(new URL(api.url).port);
		const states: string[] = [];
		const ids: number[] = [];
		const first = Promise.withResolvers<void>();
		const all = Promise.withResolvers<void>();
		const stop = new AbortController();
		const reading = (async () => {
			for await (const event of api.client.events({ after: 0, signal: stop.signal, onState: (state) => states.push(state) })) {
				ids.push(event.id);
				if (ids.length === 2) first.resolve();
				if (ids.length === 4) all.resolve();
			}
		})();
		api.operations.emit("a");
		api.operations.emit("b");
		await first.promise;
		const { operations } = api;
		await api.close();
		operations.emit("c");
		operations.emit("d");
		const again = await startApi({ operations, listen: { host: "127.0.0.1", port } });
		await all.promise;
		stop.abort();
		await reading;
		expect(ids).toEqual([1, 2, 3, 4]);
		expect(states.slice(0, 2)).toEqual(["live", "reconnecting"]);
		await again.close();
	});

	it.each(["/api/v1/events/stream", "/api/v1/applications/shop/logs?follow=true"])(
		"of %s ends with the session that it was opened in",
		async (path) => {
			const headers = { "content-type": "application/json" };
			const login = await fetch(`${api.url}/api/v1/session`, { method: "POST", headers, body: JSON.stringify({ token: testToken }) });
			const cookie = login.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
			const stream = await fetch(`${api.url}${path}`, { headers: { cookie } });
			expect(stream.status).toBe(200);
			const read = stream.text();
			await fetch(`${api.url}/api/v1/session`, { method: "DELETE", headers: { cookie, origin: api.url } });
			await read;
		},
	);

	it("tells a client that is ahead of the log that it is another one", async () => {
		api.operations.emit("a");
		const reset = Promise.withResolvers<void>();
		const stop = new AbortController();
		const reading = take(api.client.events({ after: 99, onReset: reset.resolve, signal: stop.signal }), 1);
		await reset.promise;
		await subscribed(1);
		api.operations.emit("b");
		expect(await reading).toEqual([2]);
	});

	it("sends heartbeats, and ends for the server when the client leaves", async () => {
		const response = await api.fetch("/api/v1/events/stream");
		expect(response.headers.get("content-type")).toContain("text/event-stream");
		const reader = response.body?.getReader();
		let text = "";
		while (!text.includes(": heartbeat")) text += new TextDecoder().decode((await reader?.read())?.value);
		expect(text).toMatch(/^retry: 1000\nid: 0\n\n/u);
		await reader?.cancel();
		await subscribed(0);
	});

	it("drops a client that takes nothing", async () => {
		const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
		await once(socket, "connect");
		socket.write(`GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${testToken}\r\n\r\n`);
		await once(socket, "readable");
		await subscribed(1);
		for (let i = 0; i < 4000; i += 1) api.operations.emit("y".repeat(10_000));
		await subscribed(0);
		expect(socket.bytesRead).toBeLessThan(40_000_000);
		socket.destroy();
	});

	it("are bounded in number", async () => {
		const open = await Promise.all([1, 2, 3].map(() => api.fetch("/api/v1/events/stream")));
		const refused = await api.fetch("/api/v1/events/stream");
		expect(refused.status).toBe(503);
		expect(await refused.json()).toMatchObject({ error: { code: "TooManyStreams" } });
		for (const each of open) await each.body?.cancel();
	});

	it("end when the server stops", async () => {
		const response = await api.fetch("/api/v1/events/stream");
		const text = response.text();
		await subscribed(1);
		await api.close();
		expect(await text).toContain("retry:");
	});
});

describe("the stream of logs", () => {
	it("gives the past, then what follows", async () => {
		const texts: string[] = [];
		for await (const line of api.client.logs({ params: { name: "shop" }, query: { follow: true, tail: 1 } })) {
			texts.push(line.text);
			if (texts.length === 1) setImmediate(() => api.operations.print("more"));
			if (texts.length === 2) break;
		}
		expect(texts[1]).toBe("more");
	});

	it("ends without follow, and fails with the right status", async () => {
		const texts: string[] = [];
		for await (const line of api.client.logs({ params: { name: "shop" } })) texts.push(line.text);
		expect(texts).toHaveLength(2);
		const lines = api.client.logs({ params: { name: "shop" }, query: { object: "Nothing" } });
		await expect(lines.next()).rejects.toMatchObject({ code: "NoLogs", kind: "notFound" });
		expect((await api.fetch("/api/v1/applications/nope/logs")).status).toBe(404);
	});
});

/** Waits until the server has so many subscriptions; the test's own time limit ends it. */
async function subscribed(count: number): Promise<void> {
	while (api.operations.subscribers !== count) await new Promise((resolve) => setImmediate(resolve));
}
