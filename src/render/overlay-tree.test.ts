import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileTree } from "../ports/repository.ts";
import { emptyTree, errorOf, treeOf } from "./fixture.ts";
import { overlayTree } from "./overlay-tree.ts";

/** Every file of a tree with its content, found by listing. */
async function filesOf(tree: FileTree, folder = ""): Promise<Readonly<Record<string, string>>> {
	const files: Record<string, string> = {};
	for (const entry of await tree.list(folder)) {
		const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
		expect(await tree.oid(path)).toBe(entry.oid);
		if (entry.type === "folder") Object.assign(files, await filesOf(tree, path));
		else files[path] = (await tree.read(path)).toString();
	}
	return files;
}

const over = (files: Readonly<Record<string, string>>, changes: Readonly<Record<string, string | null>>): FileTree =>
	overlayTree(treeOf(files), new Map(Object.entries(changes).map(([path, text]) => [path, text === null ? null : Buffer.from(text)])));

describe("overlayTree", () => {
	it("names content as git does", async () => {
		expect(await treeOf({ a: "hello\n" }).oid("a")).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
	});

	it("adds, changes and deletes files", async () => {
		const tree = over({ "a/x": "1", "a/y": "2", b: "3" }, { "a/x": "new", "a/y": null, "c/d/e": "4" });
		expect(await filesOf(tree)).toEqual({ "a/x": "new", b: "3", "c/d/e": "4" });
		expect(await tree.oid("a/y")).toBeUndefined();
		expect(await errorOf(tree.read("a/y"))).toMatchObject({ kind: "notFound" });
		expect(await errorOf(tree.list("a/y"))).toMatchObject({ kind: "notFound" });
		expect(await errorOf(tree.read("a"))).toMatchObject({ kind: "notFound" });
	});

	it("gives every folder above a change another hash, and no other", async () => {
		const files = { "a/b/x": "1", "a/c/x": "1", "d/x": "1" };
		const before = treeOf(files);
		const after = over(files, { "a/b/x": "2" });
		for (const path of ["", "a", "a/b", "a/b/x"]) expect(await after.oid(path)).not.toBe(await before.oid(path));
		for (const path of ["a/c", "a/c/x", "d", "d/x"]) expect(await after.oid(path)).toBe(await before.oid(path));
	});

	it("loses a folder with its last file", async () => {
		const tree = over({ "a/b/x": "1", c: "" }, { "a/b/x": null });
		expect(await tree.oid("a")).toBeUndefined();
		expect(await filesOf(tree)).toEqual({ c: "" });
	});

	it("puts a file in place of a folder and the other way round, in any order", async () => {
		for (const reverse of [false, true]) {
			const changes = Object.entries({ "a/x": null, a: "file", "b/y": "folder", b: null });
			const tree = over({ "a/x": "1", "a/z": "left", b: "2" }, Object.fromEntries(reverse ? changes.toReversed() : changes));
			expect(await filesOf(tree)).toEqual({ a: "file", "b/y": "folder" });
			expect(await tree.oid("a/z")).toBeUndefined();
		}
	});

	it.each(["../x", "/x", "a//b", "a/./b", ".git/config", "a/.git/x", ""])("refuses the path %j", (path) => {
		expect(() => overlayTree(emptyTree, new Map([[path, Buffer.from("")]]))).toThrow(/path of a working tree/u);
	});

	it("does not read more than it is asked to", async () => {
		const tree = over({}, { a: "12345" });
		expect(await errorOf(tree.read("a", { limit: 4 }))).toMatchObject({ code: "FileTooLarge" });
		expect((await tree.read("a", { limit: 5 })).toString()).toBe("12345");
	});

	it("equals the tree that has the changes", async () => {
		const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join("/")}.f`);
		const files = fc.dictionary(path, fc.string({ maxLength: 3 }), { noNullPrototype: true });
		await fc.assert(
			fc.asyncProperty(files, files, async (from, to) => {
				const deleted = Object.fromEntries(Object.keys(from).map((each) => [each, null]));
				expect(await filesOf(over(from, { ...deleted, ...to }))).toEqual(to);
				expect(await filesOf(over(from, to))).toEqual({ ...from, ...to });
			}),
		);
	});
});
