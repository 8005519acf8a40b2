import { expect, it } from "vitest";
import { listenForProbes } from "./probes.ts";

it("tells whether it lives and is ready, and nothing else", async () => {
	let ready = false;
	const probes = await listenForProbes({ host: "127.0.0.1", port: 0 }, () => ready);
	const ask = (path: string, method = "GET"): Promise<Response> => fetch(`http://127.0.0.1:${probes.port}${path}`, { method });
	expect((await ask("/healthz")).status).toBe(200);
	expect((await ask("/readyz")).status).toBe(503);
	ready = true;
	expect(await (await ask("/readyz")).json()).toEqual({ ready: true });
	for (const path of ["/", "/api/v1/applications", "/metrics", "/healthz/"]) expect((await ask(path)).status).toBe(404);
	expect((await ask("/healthz", "POST")).status).toBe(404);
	await expect(listenForProbes({ host: "127.0.0.1", port: probes.port }, () => ready)).rejects.toMatchObject({
		code: "ProbesAddress",
		kind: "conflict",
	});
	await probes.close();
	await expect(ask("/healthz")).rejects.toThrow(/fetch failed/u);
});
