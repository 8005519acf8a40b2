import { expect, it } from "vitest";
import { createWorld, documents, fileManifest, type World } from "./world.ts";

const admin = { name: "admin", via: "cli" } as const;
const heldBy = (world: World, name: string, reason: string): boolean =>
	world.application(name).holds.some((hold) => hold.reason === reason);

it("holds an empty commit to a path that held all, until a person confirms that plan", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1"), "shop/b.yaml": fileManifest("b", "2"), "keep.md": "" });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": null, "shop/b.yaml": null, "shop/empty.yaml": "# nothing left\n" });
	await world.until("the guard holds", () => heldBy(world, "shop", "DeletionGuard"));
	expect([await world.live("shop/a"), await world.live("shop/b")]).toEqual(["1", "2"]);
	await expect(world.settled("shop")).rejects.toMatchObject({ kind: "waiting", code: "DeletionGuard" });

	await world.engine().operations.sync("shop", { by: admin, confirm: "0".repeat(64) });
	await world.until("a wrong confirmation changes nothing", () => heldBy(world, "shop", "DeletionGuard"));
	expect(await world.live("shop/a")).toBe("1");

	const confirm = world.application("shop").holds.find((hold) => hold.reason === "DeletionGuard")?.confirm ?? "";
	await world.engine().operations.sync("shop", { by: admin, confirm });
	await world.settled("shop");
	expect([await world.live("shop/a"), await world.live("shop/b")]).toEqual([undefined, undefined]);
});

it("deletes nothing when the path itself is gone, the branch is deleted or the repository vanishes", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1"), "keep.md": "" });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": null });
	await world.until("the missing path is told", () =>
		world.application("shop").conditions.some((each) => each.type === "Ready" && each.status === "False"),
	);
	expect(await world.live("shop/a")).toBe("1");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.settled("shop");

	await world.repository.git("-C", world.repository.url, "config", "receive.denyDeleteCurrent", "ignore");
	await world.repository.git("push", "--quiet", "origin", "HEAD:refs/heads/other", ":refs/heads/main");
	await world.until("the missing branch is told", () => world.engine().operations.repositories()[0]?.conditions[0]?.status === "False");
	expect(await world.live("shop/a")).toBe("1");
	await world.repository.git("push", "--quiet", "origin", "HEAD:refs/heads/main");
	await world.until("the branch is back", () => world.engine().operations.repositories()[0]?.conditions[0]?.status === "True");
	await world.settled("shop");
});

it("asks before it prunes an Application that the control documents no longer name", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1"), "other/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.control({ "all.yaml": documents(world.repository.url, { other: {} }) });
	await world.until("the guard holds", () => heldBy(world, "shop", "DeletionGuard"));
	expect(await world.live("shop/a")).toBe("1");
	const confirm = world.application("shop").holds[0]?.confirm ?? "";
	await world.engine().operations.sync("shop", { by: admin, confirm });
	await world.until("it is gone", () => world.engine().operations.applications().length === 1);
	expect([await world.live("shop/a"), await world.live("other/a")]).toEqual([undefined, "1"]);
});

it("takes back a removal when the document returns", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.control({ "all.yaml": documents(world.repository.url, {}) });
	await world.until("the guard holds", () => heldBy(world, "shop", "DeletionGuard"));
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.until("it is wanted again", () => !heldBy(world, "shop", "DeletionGuard"));
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("1");
});

it("never deletes what it did not make: an adopted file is let go", async () => {
	const world = await createWorld();
	const { mkdir, writeFile } = await import("node:fs/promises");
	await mkdir(`${world.root}/shop`, { recursive: true });
	await writeFile(`${world.root}/shop/theirs`, "theirs");
	await world.repository.push({
		"shop/a.yaml": fileManifest("a", "1"),
		"shop/b.yaml": fileManifest("b", "1"),
		"shop/c.yaml": fileManifest("c", "1"),
		"shop/t.yaml": fileManifest("theirs", "ours"),
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.until("the rest is live", async () => (await world.live("shop/a")) === "1");
	expect(await world.live("shop/theirs")).toBe("theirs");
	expect((await world.engine().operations.application("shop")).warnings.join()).toContain("gitward.dev/adopt");
	await world.until("it says so", () => heldBy(world, "shop", "Foreign"));
	expect(world.application("shop").sync).toBe("OutOfSync");
	await expect(world.settled("shop")).rejects.toMatchObject({ kind: "waiting", code: "Foreign" });
	const [first] = (await world.engine().operations.history("shop", { limit: 1 })).items;
	expect(first?.message).toContain("1 left alone: File.host.gitward.dev/shop/theirs");

	await world.repository.push({ "shop/t.yaml": fileManifest("theirs", "ours", { "gitward.dev/adopt": "true" }) });
	await world.until("it is adopted", async () => (await world.live("shop/theirs")) === "ours");
	await world.settled("shop");
	await world.repository.push({ "shop/t.yaml": null });
	await world.until("it is let go", () => world.application("shop").objects === 3);
	await world.settled("shop");
	expect(await world.live("shop/theirs")).toBe("ours");
});
