import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest, type World } from "./world.ts";

const admin = { name: "admin", via: "cli" } as const;
const reasons = (world: World, name: string): readonly string[] => world.application(name).holds.map((hold) => hold.reason);

function job(name: string, command: readonly string[], annotations: Readonly<Record<string, string>>): string {
	return JSON.stringify({ apiVersion: "host.gitward.dev/v1", kind: "Job", metadata: { name, annotations }, spec: { command } });
}

function processManifest(
	name: string,
	command: readonly string[],
	rest: Readonly<Record<string, unknown>> = {},
	annotations: Readonly<Record<string, string>> = {},
): string {
	return JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Process",
		metadata: { name, annotations },
		spec: { command, stop: { timeout: "1s" }, ...rest },
	});
}

async function lines(file: string): Promise<readonly string[]> {
	return (await readFile(file, "utf8")).trim().split("\n");
}

it("runs hooks around the waves, each once for a Sync, and waits for health between waves", async () => {
	const world = await createWorld();
	const log = join(world.folder, "log");
	await writeFile(log, "");
	const say = (text: string): readonly string[] => [
		"node",
		"-e",
		`require("fs").appendFileSync(${JSON.stringify(log)}, ${JSON.stringify(`${text}\n`)})`,
	];
	await world.repository.push({
		"shop/hooks.yaml": [
			job("before", say("pre"), { "gitward.dev/hook": "PreSync" }),
			job("after", say("post"), { "gitward.dev/hook": "PostSync" }),
		].join("\n---\n"),
		"shop/one.yaml": processManifest(
			"one",
			[
				"node",
				"-e",
				`setTimeout(() => { require("fs").appendFileSync(${JSON.stringify(log)}, "one is up\\n"); require("net").createServer().listen(process.env.PORT, "127.0.0.1"); }, 400); setInterval(() => {}, 1000)`,
			],
			{
				ports: [{ name: "main", port: 0 }].map((port) => ({ ...port, port: 20_000 + (process.pid % 20_000) })),
			},
		),
		"shop/two.yaml": processManifest(
			"two",
			["node", "-e", `require("fs").appendFileSync(${JSON.stringify(log)}, "two\\n"); setInterval(() => {}, 1000)`],
			{},
			{ "gitward.dev/wave": "1" },
		),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { onShutdown: "stop" }) });
	await world.start();
	await world.settled("shop");
	expect(await lines(log)).toEqual(["pre", "one is up", "two", "post"]);

	await world.repository.push({ "shop/file.yaml": fileManifest("unrelated", "x") });
	await world.until("the change is live", async () => (await world.live("shop/unrelated")) === "x");
	await world.settled("shop");
	expect((await lines(log)).filter((line) => line === "pre" || line === "post")).toEqual(["pre", "post", "pre", "post"]);
});

it("fails a Sync by its hook's failure with the last output, runs SyncFail hooks, and tries again", async () => {
	const world = await createWorld();
	const flag = join(world.folder, "works");
	const failed = join(world.folder, "failed");
	await world.repository.push({
		"shop/hooks.yaml": [
			job(
				"migrate",
				["node", "-e", `if (!require("fs").existsSync(${JSON.stringify(flag)})) { console.error("the table is locked"); process.exit(3) }`],
				{ "gitward.dev/hook": "PreSync" },
			),
			job("alarm", ["node", "-e", `require("fs").writeFileSync(${JSON.stringify(failed)}, "")`], { "gitward.dev/hook": "SyncFail" }),
		].join("\n---\n"),
		"shop/a.yaml": fileManifest("a", "1"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { retry: { backoff: "100ms" } } }) });
	await world.start();
	await world.until("the failure is told", () =>
		world.application("shop").conditions.some((each) => each.type === "Ready" && each.reason === "HookFailed"),
	);
	expect(world.application("shop").conditions.find((each) => each.type === "Ready")?.message).toContain("the table is locked");
	expect(await world.live("shop/a")).toBeUndefined();
	await world.until("the SyncFail hook ran", () =>
		readFile(failed).then(
			() => true,
			() => false,
		),
	);
	await writeFile(flag, "");
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("1");
	const { items } = await world.engine().operations.history("shop", { limit: 10 });
	expect(items.map((entry) => entry.result)).toEqual(["Succeeded"]);
});

it("waits for what an Application depends on, and goes when that is well", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1"), "database/a.yaml": "spec: [" });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { dependsOn: ["database"] }, database: {} }) });
	await world.start();
	await world.until("it waits", () => reasons(world, "shop").includes("DependsOn"));
	expect(await world.live("shop/a")).toBeUndefined();
	await world.repository.push({ "database/a.yaml": fileManifest("a", "1") });
	await world.settled("shop");
	expect([await world.live("database/a"), await world.live("shop/a")]).toEqual(["1", "1"]);
});

it("syncs on request only where the policy says so, and not inside a deny window", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { sync: "manual" }) });
	await world.start();
	await world.until("it waits for a person", () => reasons(world, "shop").includes("ManualSync"));
	expect(await world.live("shop/a")).toBeUndefined();
	await world.engine().operations.sync("shop", { by: admin });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("1");

	await world.control({
		"all.yaml": documents(world.repository.url, { shop: {} }, { windows: [{ kind: "deny", schedule: "* * * * *", duration: "1h" }] }),
	});
	await world.until("the policy is in force", () => world.engine().operations.environments()[0]?.policy.sync === "automatic");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("it waits for the window", () => reasons(world, "shop").includes("SyncWindow"));
	expect(await world.live("shop/a")).toBe("1");
});

it("gives up after its tries and goes on when Git moves", async () => {
	const world = await createWorld();
	await world.repository.push({
		"shop/a.yaml": fileManifest("a", "1"),
		"shop/hook.yaml": job("no", ["node", "-e", "process.exit(1)"], { "gitward.dev/hook": "PreSync" }),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { retry: { limit: 2, backoff: "10ms" } } }) });
	await world.start();
	await world.until("it gave up", () => reasons(world, "shop").includes("RetriesExhausted"));
	await expect(world.settled("shop")).rejects.toMatchObject({ kind: "waiting" });
	expect(await world.live("shop/a")).toBeUndefined();
	await world.repository.push({ "shop/hook.yaml": null });
	await world.until("it goes on", async () => (await world.live("shop/a")) === "1");
});
