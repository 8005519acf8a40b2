import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createFixture, type Fixture } from "./fixture.ts";
import { createGit } from "./git-command.ts";
import { tidy } from "./maintenance.ts";

let fixture: Fixture;
beforeEach(async () => {
	fixture = await createFixture();
});
afterEach(() => fixture.remove());

it("packs an untidy repository without losing what no ref leads to, and leaves a tidy one alone", async () => {
	const shop = await fixture.worktree("shop");
	await shop.commit({ a: "1" });
	const lost = await shop.commit({ a: "lost" });
	await shop.git("reset", "--quiet", "--hard", "HEAD~1");
	await shop.git("reflog", "expire", "--expire=now", "--all");
	await shop.git("update-ref", "-d", "ORIG_HEAD");
	const bare = join(shop.folder, ".git");
	const git = createGit(fixture.exec);
	expect(await tidy(git, bare, {})).toBe(false);
	// What is unreachable stays where it lies, or goes into the pack; the rest is one pack.
	expect(await tidy(git, bare, {}, { loose: 1, packs: 1 })).toBe(true);
	expect((await readdir(join(bare, "objects/pack"))).filter((name) => name.endsWith(".pack"))).toHaveLength(1);
	expect(await shop.git("cat-file", "-t", lost)).toBe("commit");
});
