import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorOf, fileYaml, renderFiles } from "./fixture.ts";
import { folderTree } from "./folder-tree.ts";

let home: string;
let root: string;

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), "gitward-folder-"));
	root = join(home, "root");
	await mkdir(join(root, "app", "sub"), { recursive: true });
	await mkdir(join(root, ".git"));
	await writeFile(join(root, ".git", "config"), "secret");
	await writeFile(join(root, "app", "a.yaml"), fileYaml("a"));
	await writeFile(join(root, "app", "sub", "run.sh"), "#!/bin/sh\n");
	await chmod(join(root, "app", "sub", "run.sh"), 0o755);
	await writeFile(join(home, "secret.yaml"), fileYaml("secret"));
});

afterEach(async () => rm(home, { recursive: true }));

describe("folderTree", () => {
	it("lists, reads and names files as git does, without .git", async () => {
		const tree = folderTree(root);
		expect((await tree.list("")).map(({ name, type }) => [name, type])).toEqual([["app", "folder"]]);
		expect(await tree.list("app/sub")).toEqual([
			{ name: "run.sh", type: "file", executable: true, oid: "1a2485251c33a70432394c93fb89330ef214bfc9", size: 10 },
		]);
		expect((await tree.read("app/sub/run.sh")).toString()).toBe("#!/bin/sh\n");
		expect(await tree.oid("app/nothing")).toBeUndefined();
		expect(await errorOf(tree.list("app/a.yaml"))).toMatchObject({ kind: "notFound" });
		expect(await errorOf(tree.read("app"))).toMatchObject({ kind: "notFound" });
		expect(await errorOf(tree.read("app/a.yaml", { limit: 3 }))).toMatchObject({ code: "FileTooLarge" });
	});

	it.each([".git/config", "../secret.yaml", "app/../../secret.yaml", "/etc/passwd", "app/.git"])("does not give %s", async (path) => {
		expect((await errorOf(folderTree(root).read(path))).kind).toMatch(/invalid|notFound/u);
		const oid = await folderTree(root)
			.oid(path)
			.catch(() => undefined);
		expect(oid).toBeUndefined();
	});

	it.each(["../../secret.yaml", "/etc/hostname"])("refuses a symbolic link to %s, in any way that it is reached", async (target) => {
		await symlink(target, join(root, "app", "out.yaml"));
		const tree = folderTree(root);
		expect(await errorOf(tree.read("app/out.yaml"))).toMatchObject({ code: "PathOutsideTree", kind: "invalid" });
		expect(await errorOf(renderFiles(tree))).toMatchObject({ code: "PathOutsideTree" });
		await rm(join(root, "app", "out.yaml"));
		await symlink("..", join(root, "up"));
		await writeFile(
			join(root, "app", "b.yaml"),
			"apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: b}\nspec: {source: ../up/secret.yaml}\n",
		);
		expect(await errorOf(renderFiles(tree))).toMatchObject({ code: "PathOutsideTree" });
	});

	it("follows symbolic links that stay inside", async () => {
		await mkdir(join(root, "shared"));
		await writeFile(join(root, "shared", "s.yaml"), fileYaml("s"));
		await symlink("../shared", join(root, "app", "linked"));
		await symlink("../shared/s.yaml", join(root, "one.yaml"));
		const tree = folderTree(root);
		expect((await renderFiles(tree)).objects.map(({ metadata }) => metadata.name)).toEqual(["a", "s"]);
	});

	it("comes to an end where links go round", async () => {
		await symlink("..", join(root, "app", "sub", "up1"));
		await symlink("..", join(root, "app", "sub", "up2"));
		expect((await errorOf(renderFiles(folderTree(root)))).kind).toBe("invalid");
	});

	it("stops when it is told to", async () => {
		const signal = AbortSignal.abort(new Error("enough"));
		await expect(folderTree(root).list("app", { signal })).rejects.toThrow("enough");
		await expect(folderTree(root).read("app/a.yaml", { signal })).rejects.toThrow("enough");
	});
});
