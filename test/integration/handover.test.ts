import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents } from "./world.ts";

const file = (name: string, content: string): string =>
	JSON.stringify({ apiVersion: "host.gitward.dev/v1", kind: "File", metadata: { name, namespace: "site" }, spec: { content } });

it("hands the Objects of a renamed Application over without deleting one", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	const before = await stat(join(world.root, "site", "a"));
	await world.control({ "all.yaml": documents(world.repository.url, { store: { path: "shop" } }) });
	await world.until("the old name is gone", () =>
		world
			.engine()
			.operations.applications()
			.every(({ name }) => name !== "shop"),
	);
	await world.settled("store");
	expect((await stat(join(world.root, "site", "a"))).ino).toBe(before.ino);
	expect((await world.engine().operations.objects("store")).map(({ name, created }) => [name, created])).toEqual([
		["a", true],
		["b", true],
	]);
	const events = await world.engine().operations.events({ limit: 500 });
	expect(events.filter((event) => event.type === "DeletionHeld")).toEqual([]);
});

it("hands one Object over that a commit moved from one Application to another", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	const before = await stat(join(world.root, "site", "b"));
	await world.repository.push({ "shop/b.yaml": null, "other/b.yaml": file("b", "2") });
	await world.until("it is the other's", async () =>
		(await world.engine().operations.objects("other")).some(({ name, created }) => name === "b" && created),
	);
	await world.settled("shop");
	await world.settled("other");
	expect((await world.engine().operations.objects("shop")).map(({ name }) => name)).toEqual(["a"]);
	expect((await stat(join(world.root, "site", "b"))).ino).toBe(before.ino);
});

it("deletes nothing while the Application that may want it cannot be rendered", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "new/x.yaml": "kind: [" });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, { maxDeletePercent: 100 }) });
	await world.start();
	await world.settled("shop");
	await world.control({ "all.yaml": documents(world.repository.url, { store: { path: "new" } }, { maxDeletePercent: 100 }) });
	await world.until("it says what it waits for", () =>
		world.application("shop").holds.some(({ reason, message }) => reason === "Handover" && message.includes("store")),
	);
	expect(await world.live("site/a")).toBe("1");
	await world.repository.push({ "new/x.yaml": file("a", "1") });
	await world.until("the old name is gone", () =>
		world
			.engine()
			.operations.applications()
			.every(({ name }) => name !== "shop"),
	);
	await world.settled("store");
	expect(await world.live("site/a")).toBe("1");
});
