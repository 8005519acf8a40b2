import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeEach, expect, it } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { describeStore } from "./store.ts";
import { eventWrite } from "./store-writes.ts";

const folders: string[] = [];
let folder = "";

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-store-"));
	folders.push(folder);
});

afterAll(async () => {
	for (const each of folders) await rm(each, { recursive: true, force: true });
});

describeStore("sqlite", () => openStore({ folder }));

it("refuses a second opener, and names the first", async () => {
	const store = await openStore({ folder });
	await expect(openStore({ folder })).rejects.toMatchObject({
		code: "AlreadyRunning",
		kind: "conflict",
		message: expect.stringContaining(String(process.pid)),
	});
	await store.close();
	await (await openStore({ folder })).close();
});

it("says that a damaged file is damaged, and does not empty it", async () => {
	await writeFile(join(folder, "store.sqlite"), "this is no database at all, but it may have been one once upon a time".repeat(100));
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreCorrupt", kind: "unavailable" });
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreCorrupt" });
});

it("says what ails a lock or a state folder that cannot be used", async () => {
	await writeFile(join(folder, "lock"), "no database".repeat(1000));
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreCorrupt", hint: expect.stringContaining("holds no data") });
	await rm(join(folder, "lock"));
	await mkdir(join(folder, "lock"));
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreDenied", kind: "denied" });
	await expect(openStore({ folder: join(folder, "file") }).then((store) => store.close())).resolves.toBeUndefined();
	await writeFile(join(folder, "plain"), "");
	await expect(openStore({ folder: join(folder, "plain") })).rejects.toMatchObject({ code: "StoreInvalid", kind: "invalid" });
});

it("refuses a store that a newer Gitward wrote, and leaves it as it is", async () => {
	await (await openStore({ folder })).close();
	const raw = new DatabaseSync(join(folder, "store.sqlite"));
	raw.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01')");
	raw.close();
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreTooNew", kind: "conflict" });
	await expect(openStore({ folder })).rejects.toMatchObject({ code: "StoreTooNew" });
});

it("says so when the disk is full, keeps what it had, and goes on when there is room", async () => {
	let store = await openStore({ folder, maxBytes: 300_000 });
	await store.write([{ type: "value", key: "kept", value: 1 }]);
	let written = 0;
	const fill = async (): Promise<never> => {
		for (;;) {
			await store.write([{ type: "value", key: `filler/${written}`, value: "x".repeat(20_000) }]);
			written += 1;
		}
	};
	await expect(fill()).rejects.toMatchObject({ code: "StoreFull", kind: "unavailable" });
	const late = await Promise.allSettled(
		[1, 2].map((key) => store.write([{ type: "value", key: `late/${key}`, value: "x".repeat(50_000) }])),
	);
	expect(late.map((result) => result.status)).toEqual(["rejected", "rejected"]);
	expect([await store.value("kept"), (await store.values("filler/")).size, (await store.values("late/")).size]).toEqual([1, written, 0]);
	await store.write([{ type: "value", key: "filler/0", value: null }]);
	await store.write([{ type: "value", key: "small", value: 2 }]);
	await store.close();
	store = await openStore({ folder });
	expect([await store.value("small"), (await store.values("filler/")).size]).toEqual([2, written - 1]);
	await store.close();
});

it("keeps the values of Secrets in none of its files, and gives them back after a restart", async () => {
	const hash = "5".repeat(64);
	const value = randomBytes(24).toString("base64");
	const objects = [{ apiVersion: "v1", kind: "Secret", metadata: { name: "database" }, data: { password: value } }];
	let store = await openStore({ folder });
	await store.write([
		{ type: "application", name: "shop", state: { applied: hash } },
		{ type: "rendered", hash, objects },
	]);
	const raw = new DatabaseSync(join(folder, "store.sqlite"));
	const row = raw.prepare("select objects from rendered").get()?.["objects"] as Uint8Array;
	raw.close();
	expect(() => inflateRawSync(row)).toThrow(/invalid block type/u);
	for (const file of await readdir(folder)) expect((await readFile(join(folder, file))).includes(value)).toBe(false);
	expect((await stat(join(folder, "rendered.key"))).mode & 0o777).toBe(0o600);
	await store.close();
	store = await openStore({ folder });
	expect(await store.rendered(hash)).toEqual(objects);
	await store.close();
	await rm(join(folder, "rendered.key"));
	store = await openStore({ folder });
	await expect(store.rendered(hash)).rejects.toMatchObject({ code: "StoreKeyLost", kind: "unavailable" });
	await store.close();
});

it("keeps the newest events only, and never gives a number twice", async () => {
	let store = await openStore({ folder, maxEvents: 50 });
	const first = await store.write(Array.from({ length: 300 }, (_, index) => eventWrite(`e${index}`)));
	await store.close();
	store = await openStore({ folder, maxEvents: 50 });
	const [next] = await store.write([eventWrite("next")]);
	const kept = await store.events({ limit: 1000 });
	expect(kept.map((event) => event.message)).toEqual([...Array.from({ length: 49 }, (_, index) => `e${251 + index}`), "next"]);
	expect(next?.id).toBeGreaterThan(first.at(-1)?.id ?? Number.POSITIVE_INFINITY);
	await store.close();
});

it("loses nothing acknowledged and keeps nothing half over 30 SIGKILLs", { timeout: 120_000 }, async () => {
	let acknowledged = 0;
	for (let round = 0; round < 30; round += 1) {
		const child = spawn(
			process.execPath,
			["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "store-child.ts"), folder, String(acknowledged)],
			{
				stdio: ["ignore", "pipe", "inherit"],
			},
		);
		const exited = once(child, "exit");
		createInterface({ input: child.stdout }).on("line", (line) => {
			acknowledged = Math.max(acknowledged, Number(line));
		});
		await once(child.stdout, "data");
		await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
		child.kill("SIGKILL");
		await exited;
		const store = await openStore({ folder });
		const last = Number((await store.value("last")) ?? 0);
		expect(last).toBeGreaterThanOrEqual(acknowledged);
		acknowledged = last;
		const events = await store.events({ newest: true, limit: 1 });
		expect(events[0]?.message).toBe(`number ${last}`);
		expect((await store.inventory("shop")).map((object) => object.ref.name)).toContain(`f${last % 20}`);
		await store.close();
	}
	expect(acknowledged).toBeGreaterThan(30);
});
