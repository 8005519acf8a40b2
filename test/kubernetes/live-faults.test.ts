import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { configMapOf, type LiveWorld, openLiveWorld } from "./live-world.ts";
import { startStallingProxy } from "./stalling-proxy.ts";

let cluster: ControlPlane;
let namespace: string;
beforeAll(async () => {
	cluster = await startControlPlane({ nodes: 0 });
	namespace = await cluster.makeNamespace("live");
});
afterEach(async () => {
	if (cluster.pids()["kube-apiserver"] === undefined) await cluster.startApiServer();
});
afterAll(async () => cluster.stop());

const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const key = (name: string): string => `ConfigMap/${namespace}/${name}`;

/** Makes etcd forget everything before its newest revision. */
async function compact(): Promise<void> {
	const [, url] = /--advertise-client-urls\0(?<url>[^\0]+)/u.exec(readFileSync(`/proc/${cluster.pids().etcd}/cmdline`, "utf8")) ?? [];
	const post = async (route: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
		const answer = await fetch(`${url}/v3/kv/${route}`, { method: "POST", body: JSON.stringify(body) });
		if (!answer.ok) throw new Error(await answer.text());
		return (await answer.json()) as { readonly header: { readonly revision: string } };
	};
	const { header } = await post("range", { key: Buffer.from("nothing").toString("base64") });
	await post("compaction", { revision: header.revision, physical: true });
}

/** Applies some, which are then edited, deleted and left alone. */
async function applyThree(world: LiveWorld, prefix: string): Promise<void> {
	for (const name of ["edited", "deleted", "kept"]) await world.apply(configMapOf(namespace, `${prefix}-${name}`, { a: "1" }));
	await world.caughtUp(namespace);
}

async function disturb(prefix: string): Promise<void> {
	await cluster.call("PATCH", path(`${prefix}-edited`), { data: { a: "2" } });
	await cluster.call("DELETE", path(`${prefix}-deleted`));
}

async function foundAll(world: LiveWorld, prefix: string): Promise<void> {
	await world.told(key(`${prefix}-edited`), "changed");
	await world.told(key(`${prefix}-deleted`), "changed");
	await world.becomes(key(`${prefix}-edited`), "drifted");
	await world.becomes(key(`${prefix}-deleted`), "missing");
	await world.becomes(key(`${prefix}-kept`), "same");
	expect(world.events.filter((event) => event.type === "changed")).toEqual([]);
}

describe("an API server that is restarted", () => {
	it("makes what is known unknown, says so once, and is caught up with", async () => {
		await using world = await openLiveWorld(cluster);
		await applyThree(world, "restarted");
		const isTold = (event: { readonly type: string; readonly key?: string }): boolean => event.type === "health" && event.key === undefined;
		world.events.length = 0;
		await cluster.killApiServer();
		await expect.poll(() => world.health(key("restarted-kept")), { timeout: 20_000 }).toMatch(/^Unknown: .*cannot be reached/u);
		expect(world.state(key("restarted-kept"))).toBe("unknown");
		await expect.poll(() => world.events.filter(isTold).length).toBe(1);
		expect(world.logged.filter(({ message }) => message === "cluster cannot be watched").length).toBe(1);
		expect(await world.live.sweep("shop", [...world.owned.values()])).toEqual([]);
		await cluster.startApiServer();
		await disturb("restarted");
		await foundAll(world, "restarted");
		await expect.poll(() => world.health(key("restarted-kept")), { timeout: 20_000 }).toBe("Healthy");
		await expect.poll(() => world.events.filter(isTold).length).toBe(2);
	});

	it("when Gitward starts, makes Applications Unknown, and is caught up with", async () => {
		const before = await openLiveWorld(cluster);
		await applyThree(before, "late");
		const { instance, owned } = before;
		await before[Symbol.asyncDispose]();
		await disturb("late");
		await using proxy = await startStallingProxy(cluster);
		proxy.cut();
		await using world = await openLiveWorld(proxy.address, { instance });
		for (const entry of owned.values()) world.owned.set(entry.key, entry);
		await world.track();
		expect(await world.health(key("late-kept"))).toMatch(/^Unknown: .*cannot be reached/u);
		expect(await world.live.sweep("shop", [...world.owned.values()])).toEqual([]);
		proxy.mend();
		await foundAll(world, "late");
		expect(await world.health(key("late-kept"))).toBe("Healthy");
	});

	it("and that forgot where the watch was is listed anew, by which the deleted is found too", async () => {
		await using proxy = await startStallingProxy(cluster);
		await using world = await openLiveWorld(proxy.address);
		await applyThree(world, "compacted");
		proxy.cut();
		await expect.poll(() => world.state(key("compacted-kept")), { timeout: 20_000 }).toBe("unknown");
		await disturb("compacted");
		await compact();
		await cluster.restartApiServer();
		proxy.mend();
		await foundAll(world, "compacted");
	});
});

describe("a watch that falls silent", () => {
	it("is given up and begun anew", async () => {
		await using proxy = await startStallingProxy(cluster);
		await using world = await openLiveWorld(proxy.address, { client: { silenceMs: 1500 } });
		await applyThree(world, "silent");
		proxy.stall();
		await disturb("silent");
		await foundAll(world, "silent");
		expect(world.live.known("shop", key("silent-edited")).object).toMatchObject({ data: { a: "2" } });
	});
});

describe("a kind", () => {
	it("whose definition is removed has its Objects missing, and is followed again when it is back", async () => {
		await using world = await openLiveWorld(cluster);
		const group = "removed.example.test";
		const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
		const define = async (): Promise<void> => {
			await cluster.call("POST", definitions, {
				metadata: { name: `things.${group}` },
				spec: {
					group,
					scope: "Namespaced",
					names: { plural: "things", kind: "Thing", singular: "thing" },
					versions: [
						{
							name: "v1",
							served: true,
							storage: true,
							schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
						},
					],
				},
			});
			await cluster.until(`/apis/${group}/v1/namespaces/${namespace}/things`, (list) => list["kind"] === "ThingList");
		};
		await define();
		const thing = { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "one", namespace }, spec: { size: 1 } };
		const other = await world.apply(configMapOf(namespace, "beside", { a: "1" }));
		const one = await world.apply(thing);
		await world.caughtUp(namespace);
		await cluster.call("DELETE", `${definitions}/things.${group}`);
		await world.told(one, "changed");
		await cluster.until(`${definitions}/things.${group}`, (object) => object["kind"] === undefined);
		await expect.poll(() => world.health(one), { timeout: 20_000 }).toMatch(/^(?:Missing|Unknown)/u);
		expect(world.state(other)).toBe("same");
		await using started = await openLiveWorld(cluster, { instance: world.instance });
		for (const entry of world.owned.values()) started.owned.set(entry.key, entry);
		expect(await started.live.sweep("shop", [...started.owned.values()])).toEqual([]);
		await started.track();
		expect(await started.health(one)).toMatch(/^Missing/u);
		expect(await started.live.sweep("shop", [...started.owned.values()])).toEqual([one]);
		await define();
		await world.apply(thing);
		await world.becomes(one, "same");
		world.events.length = 0;
		await cluster.call("PATCH", `/apis/${group}/v1/namespaces/${namespace}/things/one`, { spec: { size: 2 } });
		await world.told(one, "changed");
	});
});
