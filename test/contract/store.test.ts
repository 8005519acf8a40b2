import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeEach, expect, it } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { describeStore } from "./store.ts";

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
