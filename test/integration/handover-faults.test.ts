import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, type World } from "./world.ts";

const file = (name: string, content: string, annotations: Readonly<Record<string, string>> = {}): string =>
	JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "File",
		metadata: { name, namespace: "site", annotations },
		spec: { content },
	});
const broken = "kind: [";
const all = { maxDeletePercent: 100 };

/** The inode: the same as long as the File was never deleted. */
async function inode(world: World, name: string): Promise<number> {
	return (await stat(join(world.root, "site", name))).ino;
}

async function owned(world: World, application: string): Promise<readonly string[]> {
	return (await world.engine().operations.objects(application)).map(({ name }) => name);
}

it("leaves nothing out that another Application still owns: it says so, and takes it over once it may", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: { retry: { limit: 0 } } }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.repository.push({ "other/b.yaml": file("b", "changed") });
	await world.until("it says whose it is", () =>
		world
			.application("other")
			.conditions.some(({ type, reason, message }) => type === "Ready" && reason === "OwnedByOther" && message.includes("shop")),
	);
	await world.repository.push({ "shop/b.yaml": null });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await world.settled("shop");
	await world.settled("other");
	expect(await owned(world, "shop")).toEqual(["a"]);
	expect(await world.live("site/b")).toBe("changed");
});

it("takes over from a suspended Application, however long that took to give it up", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: { retry: { limit: 0 } } }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.engine().operations.suspend("shop", { by: { name: "Ada", via: "cli" } });
	await world.repository.push({ "other/b.yaml": file("b", "2") });
	await world.until("it gave up", () => world.application("other").conditions.some(({ reason }) => reason === "OwnedByOther"));
	await world.repository.push({ "shop/b.yaml": null });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await world.settled("other");
});

it("delays only its deletions while another Application cannot be rendered", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "new/x.yaml": broken });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, new: {} }, all) });
	await world.until("it is there", () => world.engine().operations.applications().length === 2);
	await world.repository.push({ "shop/a.yaml": file("a", "new"), "shop/b.yaml": null });
	await world.until("the rest of the commit is live", async () => (await world.live("site/a")) === "new");
	await world.until("it says what it waits for", () =>
		world.application("shop").holds.some(({ reason, message }) => reason === "Handover" && message.includes("new")),
	);
	expect(await world.live("site/b")).toBe("2");
	await world.repository.push({ "new/x.yaml": file("x", "1") });
	await world.until("it is deleted", async () => (await world.live("site/b")) === undefined);
	await world.settled("shop");
	expect(world.application("shop").holds).toEqual([]);
});

it("deletes nothing that a commit moved to an Application which it broke", async () => {
	const world = await createWorld();
	await world.repository.push({
		"shop/a.yaml": file("a", "1"),
		"shop/b.yaml": file("b", "2"),
		"other/c.yaml": file("c", "3"),
		"ill/x.yaml": broken,
	});
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	const before = await inode(world, "b");
	await world.repository.push({ "shop/b.yaml": null, "other/b.yaml": file("b", "2"), "other/typo.yaml": broken });
	await world.until("it is said", () => world.application("shop").holds.some(({ reason }) => reason === "Handover"));
	await world.repository.push({ "other/typo.yaml": null });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await world.settled("shop");
	await world.settled("other");
	expect(await inode(world, "b")).toBe(before);
	// One that was ill before cannot have got anything: it holds nobody up.
	await world.repository.push({ "other/typo.yaml": broken });
	await world.until("it is ill", () =>
		world.application("other").conditions.some(({ type, status }) => type === "Stalled" && status === "True"),
	);
	await world.repository.push({ "shop/d.yaml": file("d", "4") });
	await world.settled("shop");
	await world.repository.push({ "shop/d.yaml": null });
	await world.until("it is deleted", async () => (await world.live("site/d")) === undefined);
});

it("deletes what it left for an Application that wants it no longer", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.engine().operations.suspend("other", { by: { name: "Ada", via: "cli" } });
	await world.repository.push({ "shop/b.yaml": null, "other/b.yaml": file("b", "2") });
	await world.until("it is left", () => world.application("shop").holds.some(({ reason }) => reason === "Handover"));
	await world.settled("shop");
	await world.repository.push({ "other/b.yaml": null });
	await world.until("it is deleted", async () => (await world.live("site/b")) === undefined);
	await world.settled("shop");
	expect(world.application("shop").objects).toBe(1);
});

it("does not wait for an Application that cannot come as it has not left its old Environment", async () => {
	const world = await createWorld();
	const other = (environment: string): string =>
		[
			documents(world.repository.url, { shop: {}, other: { environment } }),
			JSON.stringify({
				apiVersion: "gitward.dev/v1",
				kind: "Environment",
				metadata: { name: "old" },
				spec: { target: { host: { root: "./old" } } },
			}),
		].join("\n---\n");
	await world.repository.push({
		"shop/a.yaml": file("a", "1"),
		"shop/b.yaml": file("b", "1"),
		"shop/d.yaml": file("d", "1"),
		"shop/e.yaml": file("e", "1"),
		"other/c.yaml": file("c", "3"),
	});
	await world.control({ "all.yaml": other("old") });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.control({ "all.yaml": other("dev") });
	await world.until("it is asked", () => world.application("other").holds.some(({ reason }) => reason === "DeletionGuard"));
	await world.repository.push({ "shop/a.yaml": file("a", "new"), "shop/b.yaml": null });
	await world.until("the rest of the commit is live", async () => (await world.live("site/a")) === "new");
	await world.until("it says what it waits for", () => world.application("shop").holds.some(({ reason }) => reason === "Handover"));
	expect(world.engine().counters.renders).toBeLessThan(20);
});

it("hands back what both Applications had before when both are rolled back", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	const before = await inode(world, "b");
	await world.repository.push({ "shop/b.yaml": null, "other/b.yaml": file("b", "2") });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await world.settled("shop");
	await world.settled("other");
	const by = { name: "Ada", via: "cli" } as const;
	await world.engine().operations.rollback("shop", { by, to: "1" });
	await world.until("it says whose it is", () => world.application("shop").conditions.some(({ reason }) => reason === "OwnedByOther"));
	await world.engine().operations.rollback("other", { by, to: "1" });
	await world.settled("shop");
	await world.settled("other");
	expect(await owned(world, "shop")).toEqual(["a", "b"]);
	expect(await inode(world, "b")).toBe(before);
});

it("deletes nothing that was taken over while its Sync was on the way to the deletions", async () => {
	const world = await createWorld();
	const gate = join(world.folder, "gate");
	const reached = join(world.folder, "reached");
	const wait = `const fs = require("fs"); fs.writeFileSync(${JSON.stringify(reached)}, ""); const t = setInterval(() => { if (fs.existsSync(${JSON.stringify(gate)})) clearInterval(t); }, 10);`;
	const hook = JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Job",
		metadata: { name: "wait", annotations: { "gitward.dev/hook": "PreSync" } },
		spec: { command: ["node", "-e", wait] },
	});
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	const before = await inode(world, "b");
	await world.repository.push({ "shop/b.yaml": null, "shop/hook.yaml": hook });
	await world.until("the hook runs", () =>
		stat(reached).then(
			() => true,
			() => false,
		),
	);
	await world.repository.push({ "other/b.yaml": file("b", "2") });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await writeFile(gate, "");
	await world.settled("shop");
	await world.settled("other");
	expect(await inode(world, "b")).toBe(before);
	await rm(gate);
});

it("lets go what another Application holds that only makes it where it is missing", async () => {
	const world = await createWorld();
	const shared = file("shared", "1", { "gitward.dev/if-absent": "true" });
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/shared.yaml": shared });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "other/shared.yaml": shared });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.until("it is known", () => world.engine().operations.applications().length === 2);
	await world.settled("other");
	const before = await inode(world, "shared");
	await world.repository.push({ "shop/shared.yaml": null });
	await world.until("it is let go", async () => !(await owned(world, "shop")).includes("shared"));
	await world.settled("shop");
	expect(await inode(world, "shared")).toBe(before);
});

it("asks before it deletes what is annotated so, also where the Sync that brought it never succeeded", async () => {
	const world = await createWorld();
	const failing = JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "Job",
		metadata: { name: "fails", annotations: { "gitward.dev/hook": "PostSync" } },
		spec: { command: ["false"] },
	});
	await world.repository.push({ "shop/a.yaml": file("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.repository.push({ "shop/data.yaml": file("data", "1", { "gitward.dev/prune": "confirm" }), "shop/hook.yaml": failing });
	await world.until("it fails", () => world.application("shop").conditions.some(({ reason }) => reason === "HookFailed"));
	await world.repository.push({ "shop/data.yaml": null, "shop/hook.yaml": null });
	await world.until("it asks", () => world.application("shop").holds.some(({ reason }) => reason === "DeletionGuard"));
	expect(await world.live("site/data")).toBe("1");
});

it("watches what was handed over, although the giver lets go of it later", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": file("a", "1"), "shop/b.yaml": file("b", "2"), "other/c.yaml": file("c", "3") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {}, other: {} }, all) });
	await world.start();
	await world.settled("shop");
	await world.settled("other");
	await world.repository.push({ "shop/b.yaml": null, "other/b.yaml": file("b", "2") });
	await world.until("it is the other's", async () => (await owned(world, "other")).includes("b"));
	await world.until("both went on", () => ["shop", "other"].every((name) => world.application(name).sync === "Synced"));
	await world.settled("shop");
	await world.settled("other");
	await writeFile(join(world.root, "site", "b"), "edited");
	await world.until("it is repaired", async () => (await world.live("site/b")) === "2", 5000);
	// Once more after the giver tracked what it has anew.
	await world.repository.push({ "shop/a.yaml": file("a", "new") });
	await world.until("it is live", async () => (await world.live("site/a")) === "new");
	await world.settled("shop");
	await writeFile(join(world.root, "site", "b"), "edited again");
	await world.until("it is repaired", async () => (await world.live("site/b")) === "2", 5000);
});

it("moves Objects in a circle, and to another name where nothing is pruned", async () => {
	const world = await createWorld();
	const names = ["one", "two", "three"];
	await world.repository.push(Object.fromEntries(names.map((name) => [`${name}/x.yaml`, file(name, "1")])));
	const policy = { maxDeletePercent: 0, prune: false };
	await world.control({ "all.yaml": documents(world.repository.url, { one: {}, two: {}, three: {} }, policy) });
	await world.start();
	for (const name of names) await world.settled(name);
	const before = await Promise.all(names.map((name) => inode(world, name)));
	await world.control({ "all.yaml": documents(world.repository.url, { one: {}, two: {}, three: {} }, { maxDeletePercent: 0 }) });
	await world.repository.push({ "one/x.yaml": file("two", "1"), "two/x.yaml": file("three", "1"), "three/x.yaml": file("one", "1") });
	for (const [name, object] of [
		["one", "two"],
		["two", "three"],
		["three", "one"],
	] as const) {
		await world.until(`${name} has ${object}`, async () => (await owned(world, name)).join() === object);
		await world.settled(name);
	}
	await world.control({ "all.yaml": documents(world.repository.url, { one: {}, two: {}, new: { path: "three" } }, policy) });
	await world.until("it has its new name", async () => {
		const applications = world.engine().operations.applications();
		return applications.some(({ name }) => name === "new") && applications.every(({ name }) => name !== "three");
	});
	await world.settled("new");
	expect(await owned(world, "new")).toEqual(["one"]);
	expect(await Promise.all(names.map((name) => inode(world, name)))).toEqual(before);
	const events = await world.engine().operations.events({ limit: 500 });
	expect(events.filter(({ type }) => type === "DeletionHeld" || type === "SyncFailed").map(({ message }) => message)).toEqual([]);
});

it("takes nothing away in the old Environment while a moved Application is suspended", async () => {
	const world = await createWorld();
	const old = JSON.stringify({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name: "old" },
		spec: { target: { host: { root: "./old" } } },
	});
	const control = (environment: string): string => `${documents(world.repository.url, { shop: { environment } }, all)}\n---\n${old}`;
	await world.repository.push({ "shop/a.yaml": file("a", "1") });
	await world.control({ "all.yaml": control("old") });
	await world.start();
	await world.settled("shop");
	const by = { name: "Ada", via: "cli" } as const;
	await world.engine().operations.suspend("shop", { by });
	await world.control({ "all.yaml": control("dev") });
	await world.until("it is moved", () => world.application("shop").environment === "dev");
	await world.until("it says why it waits", () => world.application("shop").holds.some(({ reason }) => reason === "Suspended"));
	await world.engine().operations.resume("shop", { by });
	await world.until("it asks", () => world.application("shop").holds.some(({ reason }) => reason === "DeletionGuard"));
});
