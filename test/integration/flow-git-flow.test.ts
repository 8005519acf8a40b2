import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFlowWorld, type FlowWorld, flowOf } from "./flow-world.ts";

let world: FlowWorld;
beforeEach(async () => {
	world = await createFlowWorld(flowOf("{model: git-flow}"));
	expect(await world.said()).toEqual([]);
});
afterEach(() => world.remove());

describe("Git Flow", () => {
	it("gives nothing at first sight and nothing where nothing moved", async () => {
		expect(world.memory?.refs.branches.size).toBe(2);
		expect(await world.said()).toEqual([]);
	});

	it("tells a whole story, step by step", async () => {
		await world.branch("feature/cart", "develop");
		await world.commit("feature/cart");
		expect(await world.said()).toEqual(["feature-branch-pushed feature/cart"]);
		await world.commit("feature/cart");
		expect(await world.said()).toEqual(["feature-branch-pushed feature/cart"]);
		await world.merge("develop", "feature/cart");
		await world.git("update-ref", "-d", "refs/heads/feature/cart");
		expect(await world.said()).toEqual(["merge-to-develop feature/cart merge", "branch-deleted feature/cart"]);
		await world.branch("release/1.0", "develop");
		expect(await world.said()).toEqual(["release-branch-created release/1.0"]);
		await world.commit("release/1.0");
		expect(await world.said()).toEqual(["release-branch-updated release/1.0"]);
		await world.merge("main", "release/1.0");
		await world.git("tag", "-a", "-m", "1.0.0", "v1.0.0", "main");
		expect(await world.said()).toEqual(["merge-to-main release/1.0 merge", "tag v1.0.0"]);
		await world.merge("develop", "release/1.0");
		expect(await world.said()).toEqual(["back-merge-to-develop release/1.0 merge"]);
		await world.git("update-ref", "-d", "refs/heads/release/1.0");
		expect(await world.said()).toEqual(["branch-deleted release/1.0"]);
		await world.branch("hotfix/1.0.1", "main");
		await world.commit("hotfix/1.0.1");
		expect(await world.said()).toEqual(["hotfix-branch-created hotfix/1.0.1"]);
		await world.commit("hotfix/1.0.1");
		expect(await world.said()).toEqual(["hotfix-branch-updated hotfix/1.0.1"]);
		await world.merge("main", "hotfix/1.0.1");
		expect(await world.said()).toEqual(["hotfix-merged hotfix/1.0.1 merge"]);
		await world.merge("develop", "main", { message: "Merge branch 'main' into develop" });
		expect(await world.said()).toEqual(["back-merge-to-develop main merge"]);
	});

	it("tells the same story in one look", async () => {
		await world.branch("feature/cart", "develop");
		await world.commit("feature/cart");
		await world.merge("develop", "feature/cart");
		await world.git("update-ref", "-d", "refs/heads/feature/cart");
		await world.branch("release/1.0", "develop");
		await world.commit("release/1.0");
		await world.merge("main", "release/1.0");
		await world.git("tag", "v1.0.0", "main");
		await world.merge("develop", "release/1.0");
		expect(await world.said()).toEqual([
			"merge-to-develop feature/cart merge",
			"release-branch-created release/1.0",
			"merge-to-main release/1.0 merge",
			"back-merge-to-develop release/1.0 merge",
			"tag v1.0.0",
		]);
	});

	it.each(["squash", "rebase", "fast-forward"] as const)("knows a %s merge of several commits", async (method) => {
		await world.branch("feature/cart", "develop");
		await world.commit("feature/cart");
		await world.commit("feature/cart");
		if (method !== "fast-forward") await world.commit("develop");
		await world.look();
		await world.merge("develop", "feature/cart", { method });
		const [event, ...more] = await world.look();
		expect(more).toEqual([]);
		expect(event).toMatchObject({
			name: "merge-to-develop",
			method,
			source: { branch: "feature/cart", role: "feature" },
			commits: method === "squash" ? 1 : 2,
			after: await world.git("rev-parse", "develop"),
		});
	});

	it("tells a squash of one commit from a rebase by who wrote it, and from a push", async () => {
		for (const name of ["feature/a", "feature/b"]) {
			await world.branch(name, "develop");
			await world.commit(name);
		}
		await world.commit("develop");
		await world.look();
		await world.merge("develop", "feature/a", { method: "squash" });
		await world.merge("develop", "feature/b", { method: "rebase" });
		await world.commit("develop", "directly");
		expect(await world.said()).toEqual([
			"merge-to-develop feature/a squash",
			"merge-to-develop feature/b rebase",
			"push-to-develop develop",
		]);
	});

	it("gives a hundred commits in one push once", async () => {
		for (let index = 0; index < 100; index += 1) await world.commit("develop");
		const events = await world.look();
		expect(events).toMatchObject([{ name: "push-to-develop", commits: 100 }]);
	});

	it("knows a squashed release by its tree, though main never had its commits", async () => {
		for (const version of ["1.0", "1.1"]) {
			await world.commit("develop");
			await world.branch(`release/${version}`, "develop");
			await world.commit(`release/${version}`);
			await world.look();
			await world.merge("main", `release/${version}`, { method: "squash" });
			expect(await world.said()).toEqual([`merge-to-main release/${version} squash`]);
			await world.merge("develop", `release/${version}`);
			await world.look();
		}
	});

	it("says once that a back-merge is missing, when the branch goes or the next one begins", async () => {
		await world.branch("release/1.0", "develop");
		await world.commit("release/1.0");
		await world.merge("main", "release/1.0");
		expect(await world.said()).toEqual(["release-branch-created release/1.0", "merge-to-main release/1.0 merge"]);
		expect(world.memory?.openBackMerges).toHaveLength(1);
		await world.git("update-ref", "-d", "refs/heads/release/1.0");
		expect(await world.said()).toEqual(["branch-deleted release/1.0", "back-merge-missing release/1.0"]);
		expect(world.memory?.openBackMerges).toHaveLength(0);
		await world.branch("release/1.1", "develop");
		await world.commit("release/1.1");
		await world.merge("main", "release/1.1");
		await world.look();
		await world.branch("hotfix/1.1.1", "main");
		expect(await world.said()).toEqual(["hotfix-branch-created hotfix/1.1.1", "back-merge-missing release/1.1"]);
	});

	it("says nothing of a missing back-merge where develop has all", async () => {
		await world.commit("develop");
		await world.branch("release/1.0", "develop");
		await world.merge("main", "release/1.0");
		await world.git("update-ref", "-d", "refs/heads/release/1.0");
		expect(await world.said()).toEqual(["push-to-develop develop", "merge-to-main release/1.0 merge"]);
		expect(world.memory?.openBackMerges).toEqual([]);
	});

	it("tells a forced push, and gives what it brought anew, but not what it repeats", async () => {
		await world.branch("feature/a", "develop");
		const first = await world.commit("feature/a");
		await world.commit("develop", "one");
		await world.commit("develop", "two");
		await world.look();
		await world.git("update-ref", "refs/heads/feature/a", "refs/heads/develop");
		expect(await world.said()).toEqual(["feature-branch-pushed feature/a forced"]);
		await world.git("update-ref", "refs/heads/feature/a", first);
		await world.look();
		const two = await world.git("rev-parse", "develop");
		await world.git("update-ref", "refs/heads/develop", "develop~2");
		expect(await world.said()).toEqual(["branch-rewritten develop forced"]);
		await world.git("update-ref", "refs/heads/develop", two);
		expect(await world.said()).toEqual(["push-to-develop develop"]);
		await world.branch("scratch", "develop~2");
		await world.merge("scratch", "feature/a");
		const tree = await world.git("rev-parse", "develop^{tree}");
		const amended = await world.git("commit-tree", "-p", "develop~1", "-m", "two, said better", tree);
		await world.git("update-ref", "refs/heads/develop", amended);
		expect(await world.said()).toEqual(["branch-rewritten develop forced"]);
	});

	it("gives deletion and re-creation each once", async () => {
		await world.branch("release/1.0", "develop");
		await world.look();
		await world.git("update-ref", "-d", "refs/heads/release/1.0");
		expect(await world.said()).toEqual(["branch-deleted release/1.0"]);
		await world.commit("develop");
		await world.branch("release/1.0", "develop");
		expect(await world.said()).toEqual(["push-to-develop develop", "release-branch-created release/1.0"]);
	});

	it("finds the same ids for merges, however often it looked", async () => {
		const before = world.memory;
		await world.branch("feature/a", "develop");
		await world.commit("feature/a");
		await world.look();
		await world.merge("develop", "feature/a");
		const [seen] = await world.look();
		expect(before).toBeDefined();
		const other = await createFlowWorld(flowOf("{model: git-flow}"));
		try {
			await other.look();
			await other.branch("feature/a", "develop");
			await other.commit("feature/a");
			await other.merge("develop", "feature/a");
			expect((await other.look()).find(({ name }) => name === "merge-to-develop")?.id).toHaveLength(40);
		} finally {
			await other.remove();
		}
		expect(seen?.name).toBe("merge-to-develop");
	});

	it("sees through a pull that made develop the second parent", async () => {
		const base = await world.git("rev-parse", "develop");
		await world.branch("feature/a", "develop");
		await world.commit("feature/a");
		await world.look();
		await world.merge("develop", "feature/a");
		await world.branch("local", base);
		await world.commit("local", "mine");
		await world.merge("local", "develop", { message: "Merge branch 'develop' of example.com:shop" });
		await world.git("update-ref", "refs/heads/develop", "local");
		await world.git("update-ref", "-d", "refs/heads/local");
		expect(await world.said()).toEqual(["merge-to-develop feature/a merge", "push-to-develop develop"]);
	});

	it("knows a branch that took develop in before it was merged by fast-forward", async () => {
		await world.branch("feature/a", "develop");
		await world.commit("feature/a");
		await world.commit("develop");
		await world.look();
		await world.merge("feature/a", "develop");
		await world.merge("develop", "feature/a", { method: "fast-forward" });
		await world.git("update-ref", "-d", "refs/heads/feature/a");
		expect(await world.said()).toEqual(["merge-to-develop feature/a fast-forward", "branch-deleted feature/a"]);
	});

	it("takes branch names that look like options or commands as names", async () => {
		for (const name of ["feature/--upload-pack=touch", "feature/$(touch${IFS}x)", "feature/`touch`;x|y&z", "feature/'quoted'"]) {
			await world.branch(name, "develop");
			await world.commit(name);
			await world.look();
			await world.merge("develop", name);
			expect(await world.said()).toEqual([`merge-to-develop ${name} merge`]);
			await world.commit(name);
			await world.look();
			await world.merge("develop", name, { method: "squash" });
			expect(await world.said()).toEqual([`merge-to-develop ${name} squash`]);
		}
	});
});
