import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHostedRepositories } from "../../src/forges/builtin/hosted-repositories.ts";
import type { Origin } from "../../src/ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "../../src/repositories/git/fixture.ts";

let fixture: Fixture;
let shop: WorkTree;
let lib: WorkTree;
let deep: WorkTree;
const opened: Origin[] = [];

beforeEach(async () => {
	fixture = await createFixture();
	[shop, lib, deep] = [await fixture.worktree("shop"), await fixture.worktree("lib"), await fixture.worktree("deep")];
	await deep.commit({ "deep.yaml": "deep" });
	await addSubmodule(lib, "nested", "../deep", await deep.git("rev-parse", "HEAD"), { "lib.yaml": "lib", inside: "-> nested/deep.yaml" });
	await addSubmodule(shop, "vendor/lib", "../lib", await lib.git("rev-parse", "HEAD"), { a: "1" });
});
afterEach(async () => {
	await Promise.all(opened.splice(0).map((origin) => origin.close()));
	await fixture.remove();
});

/** Commits a submodule without git's own command, so that any URL can be tried. */
async function addSubmodule(
	tree: WorkTree,
	path: string,
	url: string,
	commit: string,
	files: Readonly<Record<string, string>> = {},
): Promise<void> {
	await tree.commit({ ...files, ".gitmodules": `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n` });
	await tree.git("update-index", "--add", "--cacheinfo", `160000,${commit},${path}`);
	await tree.git("commit", "--quiet", "-m", "submodule");
}

async function open(spec: Readonly<Record<string, unknown>> = {}): Promise<Origin> {
	const origin = await fixture.repositories().open(repositoryDocument("shop", { url: shop.folder, submodules: true, ...spec }));
	opened.push(origin);
	return origin;
}

describe("submodules", () => {
	it("are read as folders, nested ones too, with one store of objects", async () => {
		const origin = await open();
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		expect((await tree.read("vendor/lib/lib.yaml")).toString()).toBe("lib");
		expect((await tree.read("vendor/lib/nested/deep.yaml")).toString()).toBe("deep");
		expect((await tree.read("vendor/lib/inside")).toString()).toBe("deep");
		expect((await tree.list("vendor")).map((entry) => `${entry.name} ${entry.type}`)).toEqual(["lib folder"]);
		expect((await tree.list("vendor/lib")).map((entry) => entry.name)).toEqual([".gitmodules", "inside", "lib.yaml", "nested"]);
		const oid = (await tree.oid("vendor/lib/nested/deep.yaml")) ?? "";
		expect((await buffer(await origin.stream(oid))).toString()).toBe("deep");
		expect(await tree.oid("vendor/lib")).not.toBeUndefined();
	});

	it("follow to the commit that the repository names next", async () => {
		const origin = await open();
		await origin.fetch();
		const before = await (await origin.tree(await origin.resolve())).oid("vendor/lib");
		const next = await lib.commit({ "lib.yaml": "newer" });
		await shop.git("update-index", "--cacheinfo", `160000,${next},vendor/lib`);
		await shop.git("commit", "--quiet", "-m", "newer lib");
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		expect((await tree.read("vendor/lib/lib.yaml")).toString()).toBe("newer");
		expect(await tree.oid("vendor/lib")).not.toBe(before);
	});

	it("are left alone where the document does not ask for them", async () => {
		const origin = await open({ submodules: false });
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		expect((await tree.list("vendor"))[0]).toMatchObject({ name: "lib", type: "submodule", oid: await lib.git("rev-parse", "HEAD") });
		expect(await tree.oid("vendor/lib/lib.yaml")).toBeUndefined();
	});

	it("that cannot be fetched keep the state before, also in a later life", async () => {
		const origin = await open();
		await origin.fetch();
		const good = await origin.resolve();
		await shop.git("update-index", "--cacheinfo", `160000,${"1".repeat(40)},vendor/lib`);
		await shop.git("commit", "--quiet", "-m", "no such commit");
		await expect(origin.fetch()).rejects.toMatchObject({ kind: expect.stringMatching(/unavailable|notFound/u) });
		expect(await origin.resolve()).toBe(good);
		const later = await open();
		await expect(later.fetch()).rejects.toThrow();
		await expect((await later.tree(await later.resolve())).read("vendor/lib/lib.yaml")).rejects.toMatchObject({
			code: "SubmoduleNotFetched",
		});
		await rm(join(lib.folder, ".git"), { recursive: true });
		expect((await (await later.tree(good)).read("vendor/lib/lib.yaml")).toString()).toBe("lib");
	});

	it.each(["ext::sh -c touch% pwned", "-u", "--upload-pack=touch pwned", "https://user:password@host/x"])(
		"with the URL %j are refused",
		async (url) => {
			await addSubmodule(shop, "evil", url, "1".repeat(40));
			const origin = await open();
			await expect(origin.fetch()).rejects.toMatchObject({ kind: expect.stringMatching(/invalid|denied/u) });
			expect(await readdir(fixture.folder)).not.toContain("pwned");
		},
	);

	it("of a hosted repository lead to its siblings, and to nothing else on the machine", async () => {
		const hosted = createHostedRepositories({ root: join(fixture.folder, "hosted"), exec: fixture.exec });
		for (const [name, tree] of [
			["shop", shop],
			["lib", lib],
			["deep", deep],
		] as const) {
			await hosted.create(name);
			await tree.git("push", "--quiet", join(fixture.folder, `hosted/${name}.git`), "main");
		}
		const origin = await open({ url: "hosted:shop" });
		await origin.fetch();
		expect((await (await origin.tree(await origin.resolve())).read("vendor/lib/nested/deep.yaml")).toString()).toBe("deep");
		await addSubmodule(shop, "evil", `${fixture.folder}/deep`, await deep.git("rev-parse", "HEAD"));
		await shop.git("push", "--quiet", join(fixture.folder, "hosted/shop.git"), "main");
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "denied", code: "SubmoduleDenied" });
	});
});
