import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demandFlow } from "../../core/flow/read-flow.ts";
import { recognise } from "../../core/flow/recognise.ts";
import { answer } from "../../engine/flow/answer.ts";
import type { Origin } from "../../ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "./fixture.ts";

const absent = "1".repeat(40);

describe("history of a mirror", () => {
	let fixture: Fixture;
	let tree: WorkTree;
	let origin: Origin;
	let first: string;
	let second: string;

	beforeAll(async () => {
		fixture = await createFixture();
		tree = await fixture.worktree("shop");
		first = await tree.commit({ "a.txt": "1\n2\n3\n", "binary.bin": Buffer.from([0, 1]) }, "first\n\nbody");
		second = await tree.commit({ "a.txt": "1\n2\nthree\n", "with\nnewline": "x" }, "second");
		origin = await fixture.repositories().open(repositoryDocument("shop", { url: tree.folder }));
		await origin.fetch();
	});
	afterAll(async () => {
		await origin.close();
		await fixture.remove();
	});

	it("gives commits with their messages and leaves out what is not there", async () => {
		const [commit, ...more] = await origin.history.commits({ oids: [first, absent] });
		expect(more).toEqual([]);
		expect(commit).toMatchObject({ oid: first, parents: [], author: "Ada", email: "ada@example.com", message: "first\n\nbody\n" });
		expect(commit?.authored).toBeGreaterThan(1_600_000_000);
	});

	it("gives the line, the range, the base and what is newest", async () => {
		const { history } = origin;
		expect(await history.line({ to: second, without: [first], limit: 10 })).toMatchObject({ commits: [{ oid: second }], complete: true });
		expect(await history.line({ to: second, without: [absent], limit: 10 })).toMatchObject({
			commits: [{ oid: second }, { oid: first }],
			complete: true,
		});
		expect(await history.line({ to: second, without: [], limit: 1 })).toMatchObject({ commits: [{ oid: second }], complete: false });
		expect(await history.range({ to: [second], without: [], limit: 10 })).toEqual({
			commits: [
				{ oid: second, parents: [first] },
				{ oid: first, parents: [] },
			],
			complete: true,
		});
		expect(await history.range({ to: [second], without: [], limit: 1 })).toMatchObject({ complete: false });
		expect(await history.mergeBase({ a: first, b: second })).toBe(first);
		expect(await history.isAncestor({ ancestor: first, of: second })).toBe(true);
		expect(await history.isAncestor({ ancestor: second, of: first })).toBe(false);
		expect(await history.newest({ oids: [first, second], limit: 1 })).toHaveLength(1);
	});

	it("gives changes by path and content, also of a first commit and of odd names", async () => {
		const [change, root] = await origin.history.changes({
			spans: [
				{ from: first, to: second },
				{ from: undefined, to: first },
			],
		});
		expect(change?.files.map(({ path }) => path)).toEqual(["a.txt", "with\nnewline"]);
		expect(root?.files.map(({ path }) => path)).toEqual(["a.txt", "binary.bin"]);
	});

	it("knows the same patch on another base, and another patch from it", async () => {
		await tree.git("checkout", "--quiet", "-b", "other", first);
		const moved = await tree.commit({ "a.txt": "0\n0\n0\n0\n1\n2\n3\n" });
		const copy = await tree.commit({ "a.txt": "0\n0\n0\n0\n1\n2\nthree\n", "with\nnewline": "x" });
		const binary = await tree.commit({ "binary.bin": Buffer.from([0, 2]) });
		const otherBinary = await tree.commit({ "binary.bin": Buffer.from([0, 3]) });
		await origin.fetch();
		const [one, two, three, four] = await origin.history.patches({
			spans: [
				{ from: first, to: second },
				{ from: moved, to: copy },
				{ from: copy, to: binary },
				{ from: binary, to: otherBinary },
			],
		});
		expect(one).toBe(two);
		expect(new Set([one, three, four]).size).toBe(3);
	});

	it("takes nothing but hashes, so that no name becomes an option", async () => {
		for (const to of ["--all", "main", "HEAD^", `${first}\n--all`])
			await expect(origin.history.line({ to, without: [], limit: 1 })).rejects.toMatchObject({ kind: "invalid", code: "RevisionInvalid" });
	});

	it("is all that recognition needs", async () => {
		const flow = demandFlow("flow.yaml", "apiVersion: gitward.dev/v1\nkind: Flow\nmetadata: {name: shop}\nspec: {model: trunk-based}\n");
		const { memory } = await answer(recognise(undefined, await origin.refs(), flow), origin.history);
		await tree.git("checkout", "--quiet", "main");
		await tree.git("merge", "--quiet", "--no-edit", "-X", "ours", "other");
		await origin.fetch();
		const { events } = await answer(recognise(memory, await origin.refs(), flow), origin.history);
		expect(events).toMatchObject([{ name: "merge-to-main", method: "merge", source: { branch: "other" } }]);
	});
});
