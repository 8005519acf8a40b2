import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadOrMakeToken } from "./token.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("makes a token once, for its owner only", async () => {
	const file = join(folder, "state", "token");
	const first = await loadOrMakeToken(file);
	expect(first.made).toBe(true);
	expect(first.token.reveal()).toMatch(/^gitward_[A-Za-z0-9_-]{43}$/u);
	expect((await stat(file)).mode & 0o777).toBe(0o600);
	const second = await loadOrMakeToken(file);
	expect(second.made).toBe(false);
	expect(second.token.reveal()).toBe(first.token.reveal());
	expect(await readdir(join(folder, "state"))).toEqual(["token"]);
});

it("gives every start at once the same token", async () => {
	const file = join(folder, "token");
	const made = await Promise.all(Array.from({ length: 10 }, () => loadOrMakeToken(file)));
	expect(new Set(made.map((each) => each.token.reveal())).size).toBe(1);
	expect(made.filter((each) => each.made)).toHaveLength(1);
	expect(`${made[0]?.token.reveal()}\n`).toBe(await readFile(file, "utf8"));
});

it("closes a token file that others could read, and refuses one that holds none", async () => {
	const file = join(folder, "token");
	await loadOrMakeToken(file);
	await chmod(file, 0o644);
	await loadOrMakeToken(file);
	expect((await stat(file)).mode & 0o777).toBe(0o600);
	await writeFile(file, "");
	await expect(loadOrMakeToken(file)).rejects.toMatchObject({ code: "TokenFileInvalid", kind: "invalid" });
});
