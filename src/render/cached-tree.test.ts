import { expect, it } from "vitest";
import { createLru } from "../lib/lru.ts";
import { cachedTree } from "./cached-tree.ts";
import { errorOf, treeOf } from "./fixture.ts";

it("reads the same content once, other content again, and keeps to limits", async () => {
	const contents = createLru<Buffer>(1000);
	const reads: string[] = [];
	const counted = (files: Readonly<Record<string, string>>) => {
		const tree = treeOf(files);
		return cachedTree({ ...tree, read: (path, options) => (reads.push(path), tree.read(path, options)) }, contents);
	};
	const first = counted({ a: "one", b: "one", c: "two" });
	for (const path of ["a", "b", "c", "a"]) await first.read(path);
	const second = counted({ a: "two", d: "three" });
	expect((await second.read("a")).toString()).toBe("two");
	expect((await second.read("d")).toString()).toBe("three");
	expect(reads).toEqual(["a", "c", "d"]);
	expect((await errorOf(second.read("d", { limit: 2 }))).code).toBe("FileTooLarge");
	expect((await errorOf(second.read("none"))).kind).toBe("notFound");
});
