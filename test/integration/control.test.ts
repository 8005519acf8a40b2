import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

it("keeps the last good documents while newer ones are invalid, and says where", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1"), "other/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.control({
		"more.yaml":
			"apiVersion: gitward.dev/v1\nkind: Application\nmetadata: {name: other}\nspec:\n  repository: config\n  pth: other\n  environment: dev\n",
	});
	await world.until("the error is shown", () => world.engine().operations.control().conditions[0]?.status === "False");
	const message = world.engine().operations.control().conditions[0]?.message ?? "";
	expect(message).toContain("more.yaml:6:3");
	expect(message).toContain("Did you mean path?");
	expect(
		world
			.engine()
			.operations.applications()
			.map((each) => each.name),
	).toEqual(["shop"]);

	await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("what is in force goes on", async () => (await world.live("shop/a")) === "2");
	await world.stop();
	await world.start();
	expect(
		world
			.engine()
			.operations.applications()
			.map((each) => each.name),
	).toEqual(["shop"]);
	await world.control({
		"more.yaml":
			"apiVersion: gitward.dev/v1\nkind: Application\nmetadata: {name: other}\nspec:\n  repository: config\n  path: other\n  environment: dev\n",
	});
	await world.until("the corrected one is in force", async () => (await world.live("other/a")) === "1");
	expect(world.engine().operations.control().conditions[0]?.status).toBe("True");
});

it("holds an Application to its Project", async () => {
	const world = await createWorld();
	const project = JSON.stringify({
		apiVersion: "gitward.dev/v1",
		kind: "Project",
		metadata: { name: "team" },
		spec: { repositories: ["config"], environments: ["dev"], kinds: ["Directory"] },
	});
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { project: "team" } }), "project.yaml": project });
	await world.start();
	await world.until("the kind is denied", () => world.application("shop").conditions.some((each) => each.reason === "ProjectDenied"));
	expect(await world.live("shop/a")).toBeUndefined();
	await world.control({ "project.yaml": project.replace('"Directory"', '"File.host.gitward.dev"') });
	await world.until("it is allowed now", async () => (await world.live("shop/a")) === "1");
});

it("moves an Application to another Environment: it asks before it leaves the old one", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	const prod = JSON.stringify({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name: "prod" },
		spec: { target: { host: { root: "./prod" } } },
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }), "prod.yaml": prod });
	await world.start();
	await world.settled("shop");
	await world.control({ "all.yaml": documents(world.repository.url, { shop: { environment: "prod" } }) });
	await world.until("it asks", () => world.application("shop").holds.some((hold) => hold.reason === "DeletionGuard"));
	const confirm = world.application("shop").holds[0]?.confirm ?? "";
	await world.engine().operations.sync("shop", { by: { name: "admin", via: "cli" }, confirm });
	await world.until("it runs there", async () => (await world.live("../prod/shop/a")) === "1");
	expect(await world.live("shop/a")).toBeUndefined();
});

it("refuses another target for an Environment in which Objects are owned: nothing there becomes ours", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	const control = documents(world.repository.url, { shop: {} });
	await world.control({ "all.yaml": control });
	await world.start();
	await world.settled("shop");
	await mkdir(join(world.folder, "control/elsewhere/shop"), { recursive: true });
	await writeFile(join(world.folder, "control/elsewhere/shop/a"), "theirs");
	await world.control({ "all.yaml": control.replace("./live", "./elsewhere") });
	await world.until("it is refused", () => world.engine().operations.control().conditions[0]?.reason === "TargetChanged");
	await world.stop();
	await world.start();
	await world.until("also after a restart", () => world.engine().operations.control().conditions[0]?.reason === "TargetChanged");
	expect([await world.live("shop/a"), await world.live("../elsewhere/shop/a")]).toEqual(["1", "theirs"]);
});

it("goes on with what it knows while a Repository cannot be reached, also after a restart, and catches up", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await rename(world.repository.url, `${world.repository.url}.away`);
	await world.until("it is told", () => world.engine().operations.repositories()[0]?.conditions[0]?.status === "False");
	await writeFile(join(world.root, "shop/a"), "by hand");
	await world.until("drift is still repaired", async () => (await world.live("shop/a")) === "1");
	await world.stop();
	await world.start();
	await writeFile(join(world.root, "shop/a"), "by hand");
	await world.until("also after a restart", async () => (await world.live("shop/a")) === "1");
	await rename(`${world.repository.url}.away`, world.repository.url);
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("it caught up", async () => (await world.live("shop/a")) === "2");
});

it("one Application's trouble does not delay another's", async () => {
	const world = await createWorld();
	const hang = JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Job",
		metadata: { name: "hang", annotations: { "gitward.dev/hook": "PreSync" } },
		spec: { command: ["sleep", "1000"] },
	});
	await world.repository.push({
		"slow/job.yaml": hang,
		"slow/a.yaml": fileManifest("a", "1"),
		"broken/a.yaml": "{",
		"shop/a.yaml": fileManifest("a", "1"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { slow: {}, broken: {}, shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("the change is live", async () => (await world.live("shop/a")) === "2");
	expect(world.application("slow").sync).toBe("Syncing");
	expect(world.application("broken").conditions.find((each) => each.type === "Stalled")?.status).toBe("True");
});

it("refuses to work on a state folder that another works on", async () => {
	const world = await createWorld();
	await world.control({ "all.yaml": documents(world.repository.url, {}) });
	await world.start();
	await expect(world.start()).rejects.toMatchObject({ code: "AlreadyRunning" });
});

it("stands clocks that jump: waits end, history goes on, nothing runs twice", async () => {
	let offset = 0;
	const { systemClock } = await import("../../src/lib/system-clock.ts");
	const world = await createWorld({ clock: { ...systemClock, now: () => Date.now() + offset } });
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	for (const jump of [-86_400_000 * 365, 86_400_000 * 365]) {
		offset = jump;
		await world.repository.push({ "shop/a.yaml": fileManifest("a", String(jump)) });
		await world.until("the change is live", async () => (await world.live("shop/a")) === String(jump));
		await world.settled("shop");
	}
	const { items } = await world.engine().operations.history("shop", { limit: 10 });
	expect(items.map((entry) => entry.id)).toEqual(["3", "2", "1"]);
});

it("plans a working tree that is not pushed, and changes nothing", async () => {
	const world = await createWorld();
	const base = await world.repository.push({
		"shop/a.yaml": fileManifest("a", "1"),
		"shop/b.yaml": fileManifest("b", "1"),
		"other/a.yaml": fileManifest("a", "1"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	const { operations } = world.engine();
	const workingTree = {
		repository: "config",
		base,
		files: new Map([
			["shop/a.yaml", Buffer.from(fileManifest("a", "2"))],
			["shop/b.yaml", null],
		]),
	};
	expect(await operations.affected(workingTree)).toEqual(["shop"]);
	const plan = await operations.plan("shop", { workingTree });
	expect(plan.changes.map(({ key, action }) => `${action} ${key}`)).toEqual([
		"update File.host.gitward.dev/shop/a",
		"delete File.host.gitward.dev/shop/b",
	]);
	expect(plan.guard).toContain("1 of 2");
	expect([await world.live("shop/a"), await world.live("shop/b")]).toEqual(["1", "1"]);
	const broken = { ...workingTree, files: new Map([["shop/a.yaml", Buffer.from("kind: [")]]) };
	await expect(operations.plan("shop", { workingTree: broken })).rejects.toMatchObject({ kind: "invalid" });
});
