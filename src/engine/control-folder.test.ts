import { expect, it } from "vitest";
import type { FileTree, TreeEntry } from "../ports/repository.ts";
import { readControlTree } from "./control-folder.ts";

function treeOf(list: (path: string) => readonly Pick<TreeEntry, "name" | "type">[], content = ""): FileTree {
	return {
		repository: "control",
		revision: "main@sha1:0",
		oid: async () => "0",
		list: async (path) => list(path).map((entry) => ({ ...entry, executable: false, oid: "0" })),
		read: async () => Buffer.from(content),
	};
}
const folders = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `f${index}`, type: "folder" as const }));
const files = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `${index}.yaml`, type: "file" as const }));
const depthOf = (path: string): number => (path === "" ? 0 : path.split("/").length);
const { signal } = new AbortController();

it.each<readonly [string, FileTree, string]>([
	["folders that hold their twins ten times over", treeOf((path) => (depthOf(path) < 12 ? folders(10) : [])), "10000 folders"],
	["a folder without end", treeOf(() => folders(1)), "16 folders deep"],
	["many files", treeOf(() => files(10_001)), "10000 document files"],
	["many large files", treeOf(() => files(100), "x".repeat(1024 * 1024)), "64 MiB"],
])("refuses control documents in %s", async (_what, tree, message) => {
	await expect(readControlTree(tree, "", signal)).rejects.toMatchObject({
		code: "ControlTooLarge",
		kind: "invalid",
		message: expect.stringContaining(message) as string,
	});
});

it("reads the documents of a folder and those beneath", async () => {
	const tree = treeOf((path) => (path === "gitward" ? [...files(1), ...folders(1), { name: ".git", type: "folder" }] : files(1)), "a: 1");
	expect((await readControlTree(tree, "gitward", signal)).map(({ path }) => path)).toEqual(["gitward/0.yaml", "gitward/f0/0.yaml"]);
});
