import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

it("makes live what Git says, follows commits, reverts and prunes", async () => {
	const world = await createWorld();
	await world.repository.push({
		"shop/app.yaml": fileManifest("app.conf", "one\n"),
		"shop/extra.yaml": fileManifest("extra.conf", "x"),
		"shop/third.yaml": fileManifest("third.conf", "x"),
		"shop/fourth.yaml": fileManifest("fourth.conf", "x"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	expect(await world.live("shop/app.conf")).toBe("one\n");

	await world.repository.push({ "shop/app.yaml": fileManifest("app.conf", "two\n") });
	await world.until("the change is live", async () => (await world.live("shop/app.conf")) === "two\n");

	await world.repository.git("revert", "--no-edit", "HEAD");
	await world.repository.git("push", "--quiet", "origin", "HEAD:main");
	await world.until("the revert is live", async () => (await world.live("shop/app.conf")) === "one\n");

	await world.repository.push({ "shop/extra.yaml": null });
	await world.until("what Git no longer holds is gone", async () => (await world.live("shop/extra.conf")) === undefined);
	await world.settled("shop");
	const history = await world.engine().operations.history("shop", { limit: 10 });
	expect(history.items.map((entry) => entry.result)).toEqual(["Succeeded", "Succeeded", "Succeeded", "Succeeded"]);
	expect(history.items.map((entry) => entry.changes)).toEqual([
		[{ key: "File.host.gitward.dev/shop/extra.conf", action: "delete" }],
		[{ key: "File.host.gitward.dev/shop/app.conf", action: "update" }],
		[{ key: "File.host.gitward.dev/shop/app.conf", action: "update" }],
		expect.arrayContaining([{ key: "File.host.gitward.dev/shop/app.conf", action: "create" }]),
	]);
	expect(history.items[0]?.by).toEqual({ name: "Ada", via: "git" });
});

it("repairs what a hand changed, removed or made unreadable", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/app.yaml": fileManifest("etc/app.conf", "good\n") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	const file = join(world.root, "shop/etc/app.conf");
	const isGood = async (): Promise<boolean> => (await world.live("shop/etc/app.conf")) === "good\n";

	await writeFile(file, "bad\n");
	await world.until("an edit is undone", isGood);
	await rm(file);
	await world.until("a deletion is undone", isGood);
	await rm(join(world.root, "shop"), { recursive: true });
	await world.until("the deletion of the folder is undone", isGood);
	await chmod(file, 0o600);
	await world.until("events tell of each repair", async () => {
		const events = await world.engine().operations.events({ limit: 100 });
		return events.filter((event) => event.type === "DriftRepaired").length >= 4;
	});
});

it("only reports drift where the policy says so, and repairs it when a person asks", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/app.yaml": fileManifest("app.conf", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { drift: "ask" }) });
	await world.start();
	await world.settled("shop");
	await writeFile(join(world.root, "shop/app.conf"), "bad");
	await world.until("drift is shown", () => world.application("shop").holds.some((hold) => hold.reason === "DriftAsk"));
	expect(await world.live("shop/app.conf")).toBe("bad");
	const plan = await world.engine().operations.plan("shop");
	expect(plan.changes).toMatchObject([{ action: "update", differences: [{ path: "/spec/content", before: "bad", after: "good" }] }]);
	await world.engine().operations.sync("shop", { by: { name: "admin", via: "cli" } });
	await world.settled("shop");
	expect(await world.live("shop/app.conf")).toBe("good");
});

it("finds drift that happened while it was not running", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/app.yaml": fileManifest("app.conf", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.stop();
	await writeFile(join(world.root, "shop/app.conf"), "bad");
	await world.start();
	await world.until("the change is undone", async () => (await world.live("shop/app.conf")) === "good");
});

it("renders, writes and records nothing where nothing changed, also after a restart", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/app.yaml": fileManifest("app.conf", "good"), "other/app.yaml": fileManifest("app.conf", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	expect(world.engine().counters.renders).toBe(2);
	await world.repository.push({ "shop/app.yaml": fileManifest("app.conf", "better") });
	await world.until("the change is live", async () => (await world.live("shop/app.conf")) === "better");
	expect(world.engine().counters).toMatchObject({ renders: 3, applies: 3 });
	await world.settled("shop");
	await world.stop();
	await world.start();
	await world.repository.push({ "readme.md": "nothing to do with it" });
	await world.until("the new revision was seen", async () => {
		const head = await world.repository.git("rev-parse", "HEAD");
		return world.engine().operations.repositories()[0]?.revision?.endsWith(head) === true;
	});
	await world.settled("shop");
	expect(world.engine().counters).toMatchObject({ renders: 0, applies: 0 });
});
