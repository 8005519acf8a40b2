import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

const admin = { name: "admin", via: "cli" } as const;

it("a rollback sticks until a newer commit changes the Application", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "good") }, "good");
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "bad") }, "bad");
	await world.until("the bad one is live", async () => (await world.live("shop/a")) === "bad");
	await world.settled("shop");
	const { operations } = world.engine();
	const first = (await operations.history("shop", { limit: 10 })).items.at(-1);
	expect(first?.commit?.subject).toBe("good");
	await operations.rollback("shop", { by: admin, to: first?.id ?? "" });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("good");
	expect(world.application("shop").holds.map((hold) => hold.reason)).toEqual(["RolledBack"]);

	const unrelated = await world.repository.push({ "readme.md": "unrelated" });
	await world.until("the unrelated commit was seen", () => operations.repositories()[0]?.revision?.endsWith(unrelated) === true);
	await world.stop();
	await world.start();
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("good");

	await world.repository.push({ "shop/a.yaml": fileManifest("a", "better") }, "better");
	await world.until("the newer one is live", async () => (await world.live("shop/a")) === "better");
	await world.settled("shop");
	expect(world.application("shop").holds).toEqual([]);
	const entries = (await world.engine().operations.history("shop", { limit: 10 })).items;
	expect(entries.map((entry) => [entry.trigger, entry.by.name, entry.result])).toEqual([
		["revision", "Ada", "Succeeded"],
		["rollback", "admin", "Succeeded"],
		["revision", "Ada", "Succeeded"],
		["revision", "Ada", "Succeeded"],
	]);
});

it("suspend stops repair and sync, resume goes on; both survive a restart", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.engine().operations.suspend("shop", { by: admin });
	await world.stop();
	await world.start();
	const commit = await world.repository.push({ "shop/a.yaml": fileManifest("a", "2") });
	await world.until("the commit was seen", () => world.application("shop").desiredRevision?.endsWith(commit) === true);
	expect(await world.live("shop/a")).toBe("1");
	expect(world.application("shop").holds.map((hold) => hold.reason)).toEqual(["Suspended"]);
	await world.engine().operations.resume("shop", { by: admin });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("2");
});

it("resume ends a suspension and keeps a rollback; a second one lets the held revision go", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "good") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "bad") });
	await world.until("the bad one is live", async () => (await world.live("shop/a")) === "bad");
	await world.settled("shop");
	const { operations } = world.engine();
	await operations.suspend("shop", { by: admin });
	await operations.rollback("shop", { by: admin, to: "1" });
	await expect(world.settled("shop")).rejects.toMatchObject({ code: "Suspended" });
	await operations.resume("shop", { by: admin });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("good");
	await operations.resume("shop", { by: admin });
	await world.settled("shop");
	expect(await world.live("shop/a")).toBe("bad");
});
