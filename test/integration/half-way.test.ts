import { mkdir, rename, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

const admin = { name: "admin", via: "cli" } as const;

function job(name: string, phase: string, command: readonly string[]): string {
	return JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Job",
		metadata: { name, annotations: { "gitward.dev/hook": phase } },
		spec: { command },
	});
}

function environment(name: string, root: string, policy: Readonly<Record<string, unknown>> = {}): string {
	return JSON.stringify({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name },
		spec: { target: { host: { root } }, policy },
	});
}

it("a revert after a Sync that failed half-way takes back what that Sync did", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { retry: { limit: 0 } } }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "bad"), "shop/hook.yaml": job("check", "PostSync", ["false"]) });
	await world.until("it failed", () => world.application("shop").holds.some((hold) => hold.reason === "RetriesExhausted"));
	expect(await world.live("shop/a")).toBe("bad");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "good"), "shop/hook.yaml": null });
	await world.until("it is taken back", async () => (await world.live("shop/a")) === "good");
	await world.settled("shop");
	expect(world.application("shop").conditions.find((each) => each.type === "Ready")?.status).toBe("True");
});

it("asks before a deletion that prune, turned on meanwhile, adds to a Sync under way", async () => {
	const world = await createWorld();
	await world.repository.push({
		"shop/a.yaml": fileManifest("a", "1"),
		"shop/b.yaml": fileManifest("b", "1"),
		"shop/c.yaml": fileManifest("c", "1"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { prune: false }) });
	await world.start();
	await world.settled("shop");
	const flag = `${world.folder}/go`;
	const service = JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Process",
		metadata: { name: "svc" },
		spec: {
			command: ["node", "-e", `require("fs").accessSync(${JSON.stringify(flag)}); setInterval(() => {}, 1000)`],
			restart: { maxBackoff: "200ms" },
		},
	});
	await world.repository.push({ "shop/a.yaml": null, "shop/b.yaml": null, "shop/c.yaml": null, "shop/svc.yaml": service });
	await world.until("it waits for health", () => world.application("shop").conditions.some((each) => each.reason === "WaitingForHealth"));
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { prune: true, onShutdown: "stop" }) });
	await world.until("prune is on", () => world.engine().operations.environments()[0]?.policy.prune === true);
	await writeFile(flag, "");
	await world.until("it asks", () => world.application("shop").holds.some((hold) => hold.reason === "DeletionGuard"));
	expect([await world.live("shop/a"), await world.live("shop/b"), await world.live("shop/c")]).toEqual(["1", "1", "1"]);
});

it("an Object annotated to be kept outlives a time without prune", async () => {
	const world = await createWorld();
	const files = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`shop/f${n}.yaml`, fileManifest(`f${n}`, "1")]));
	await world.repository.push({ ...files, "shop/kept.yaml": fileManifest("kept", "1", { "gitward.dev/prune": "disabled" }) });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { prune: false }) });
	await world.start();
	await world.settled("shop");
	const commit = await world.repository.push({ "shop/kept.yaml": null });
	await world.until("it is applied", () => world.application("shop").appliedRevision?.endsWith(commit) === true);
	await world.settled("shop");
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { prune: true }) });
	await world.until("prune is on", () => world.engine().operations.environments()[0]?.policy.prune === true);
	await world.repository.push({ "shop/f1.yaml": fileManifest("f1", "2") });
	await world.until("the next commit is live", async () => (await world.live("shop/f1")) === "2");
	await world.settled("shop");
	expect(await world.live("shop/kept")).toBe("1");
});

it("an Object annotated to be kept by a Sync that failed is kept", async () => {
	const world = await createWorld();
	const files = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`shop/f${n}.yaml`, fileManifest(`f${n}`, "1")]));
	await world.repository.push(files);
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { retry: { limit: 0 } } }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({
		"shop/kept.yaml": fileManifest("kept", "1", { "gitward.dev/prune": "disabled" }),
		"shop/hook.yaml": job("check", "PostSync", ["false"]),
	});
	await world.until("it failed", () => world.application("shop").holds.some((hold) => hold.reason === "RetriesExhausted"));
	expect(await world.live("shop/kept")).toBe("1");
	await world.repository.push({ "shop/kept.yaml": null, "shop/hook.yaml": null, "shop/f1.yaml": fileManifest("f1", "2") });
	await world.until("the next commit is live", async () => (await world.live("shop/f1")) === "2");
	await world.settled("shop");
	expect(await world.live("shop/kept")).toBe("1");
});

it("a Process that never gets well can be removed from Git", async () => {
	const world = await createWorld();
	const service = JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Process",
		metadata: { name: "svc" },
		spec: { command: ["false"] },
	});
	const files = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`shop/f${n}.yaml`, fileManifest(`f${n}`, "1")]));
	await world.repository.push({ ...files, "shop/svc.yaml": service });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.until("it is not well", () => world.application("shop").health.status === "Degraded");
	await world.repository.push({ "shop/svc.yaml": null });
	await world.settled("shop");
	expect(world.application("shop").objects).toBe(5);
});

it("a changed Repository document does not bring back an older Revision", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.stop();
	await world.start();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("the change is live", async () => (await world.live("shop/a")) === "2");
	await world.settled("shop");
	await rename(world.repository.url, `${world.repository.url}.away`);
	const before = world.engine().operations.control().revision;
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }).replace("200ms", "300ms") });
	await world.until("the changed document is in force", () => world.engine().operations.control().revision !== before);
	await world.until("it is told", () => world.engine().operations.repositories()[0]?.conditions[0]?.status === "False");
	await world.engine().operations.sync("shop", { by: admin });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("2");
});

it("a rollback that is asked for during a Sync is not lost where Syncs need a person", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { sync: "manual" }) });
	await world.start();
	const { operations } = world.engine();
	await operations.sync("shop", { by: admin });
	await world.settled("shop");
	const flag = `${world.folder}/go`;
	await world.repository.push({
		"shop/a.yaml": fileManifest("a", "bad"),
		"shop/hook.yaml": job("check", "PreSync", [
			"node",
			"-e",
			`setInterval(() => { if (require("fs").existsSync(${JSON.stringify(flag)})) process.exit(0); }, 20)`,
		]),
	});
	await world.until("it waits for a person", () => world.application("shop").holds.some((hold) => hold.reason === "ManualSync"));
	await operations.sync("shop", { by: admin });
	await world.until("it runs", () => world.application("shop").sync === "Syncing");
	await operations.rollback("shop", { by: admin, to: "1" });
	await writeFile(flag, "");
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("good");
});

it("what was made in an Environment that is no longer named is not taken for something in another", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "ours") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }), "prod.yaml": environment("prod", "./prod") });
	await world.start();
	await world.settled("shop");
	await mkdir(`${world.root}/../prod/shop`, { recursive: true });
	await writeFile(`${world.root}/../prod/shop/a`, "theirs");
	const moved = documents(world.repository.url, { shop: { environment: "prod" } })
		.split("\n---\n")
		.filter((text) => !text.includes('"Environment"'))
		.join("\n---\n");
	await world.control({ "all.yaml": moved });
	await world.until("it asks", () => world.application("shop").holds.some((hold) => hold.reason === "DeletionGuard"));
	await world.stop();
	await world.start();
	await world.engine().operations.sync("shop", { by: admin });
	await expect(world.settled("shop")).rejects.toMatchObject({ code: "DeletionGuard" });
	expect(await world.live("../prod/shop/a")).toBe("theirs");
	expect(world.application("shop").holds.map((hold) => hold.reason)).toContain("DeletionGuard");
});
