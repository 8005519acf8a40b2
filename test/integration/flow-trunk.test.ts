import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFlowWorld, type FlowWorld, flowOf } from "./flow-world.ts";

let world: FlowWorld;
afterEach(() => world.remove());

describe("trunk based", () => {
	beforeEach(async () => {
		world = await createFlowWorld(flowOf("{model: trunk-based}"));
		await world.look();
	});

	it("tells branches, merges and pushes", async () => {
		await world.branch("ada/fix", "main");
		await world.commit("ada/fix");
		expect(await world.said()).toEqual(["branch-pushed ada/fix"]);
		await world.merge("main", "ada/fix", { message: "Merge pull request #3 from acme/ada/fix\n\nFix" });
		await world.git("update-ref", "-d", "refs/heads/ada/fix");
		expect(await world.said()).toEqual(["merge-to-main ada/fix merge", "branch-deleted ada/fix"]);
		await world.commit("main");
		expect(await world.said()).toEqual(["push-to-main main"]);
	});

	it("names a branch that nobody saw by the message of its merge", async () => {
		await world.branch("ada/fix", "main");
		await world.commit("ada/fix");
		await world.merge("main", "ada/fix", { message: "Merge pull request #3 from acme/ada/fix\n\nFix" });
		await world.git("update-ref", "-d", "refs/heads/ada/fix");
		expect(await world.said()).toEqual(["merge-to-main ada/fix merge"]);
	});

	it("tells a release branch, what is copied to it, and what is not", async () => {
		await world.branch("release/1.0", "main");
		expect(await world.said()).toEqual(["release-branch-created release/1.0"]);
		const fix = await world.commit("main", "fix");
		const other = await world.commit("main", "other");
		await world.look();
		const before = await world.git("rev-parse", "release/1.0");
		await world.branch("pick", fix);
		await world.git("update-ref", "refs/heads/pick", fix);
		await world.merge("release/1.0", "pick", { method: "rebase" });
		await world.git("update-ref", "-d", "refs/heads/pick");
		const [event] = await world.look();
		expect(event).toMatchObject({ name: "cherry-pick-to-release", before, picks: [{ of: fix }], commits: 1 });
		await world.commit("release/1.0", `said to be one\n\n(cherry picked from commit ${other})`);
		expect(await world.look()).toMatchObject([{ name: "cherry-pick-to-release", picks: [{ of: other }] }]);
		await world.commit("release/1.0", "by hand");
		expect(await world.said()).toEqual(["release-branch-updated release/1.0"]);
	});

	it("tells a release from main from one of a branch", async () => {
		await world.commit("main");
		await world.git("tag", "v1.0.0", "main");
		expect(await world.said()).toEqual(["push-to-main main", "release-from-main v1.0.0"]);
		await world.branch("release/1.1", "main");
		await world.commit("release/1.1");
		await world.git("tag", "v1.1.0", "release/1.1");
		await world.git("tag", "notes", "main");
		expect(await world.said()).toEqual(["release-branch-created release/1.1", "tag v1.1.0"]);
		await world.git("tag", "-f", "v1.1.0", "main");
		expect(await world.said()).toEqual(["tag-moved v1.1.0"]);
	});

	it("compares with the newest branches where there are thousands", async () => {
		const old = await world.commit("stale/0");
		const lines = Array.from({ length: 3000 }, (_, index) => `create refs/heads/stale/${index + 1} ${old}\n`).join("");

		execFileSync("git", ["update-ref", "--stdin"], { cwd: world.folder, input: lines });
		await world.branch("ada/fix", "main");
		await world.commit("ada/fix");
		await world.commit("main");
		const commit = "commit refs/heads/ada/long\ncommitter Ada <a@example.com> 1800000000 +0000\ndata 0\n";
		const long = `${commit}from ${await world.git("rev-parse", "main")}\n\n${`${commit}\n`.repeat(150)}`;
		execFileSync("git", ["fast-import", "--quiet"], { cwd: world.folder, input: long });
		await world.look();
		await world.merge("main", "ada/fix", { method: "squash" });
		expect(await world.said()).toEqual(["merge-to-main ada/fix squash"]);
	});
});

describe("custom events and parts", () => {
	it("fires for branches, tags and paths, and tells affected parts", async () => {
		const parts = "{lib: {paths: [lib/**]}, shop: {paths: [shop], dependsOn: [lib]}, docs: {paths: ['**/*.md']}}";
		const events =
			"{docs-changed: {branches: [main], paths: [docs/**]}, shop-touched: {branches: ['*'], parts: [shop]}, nightly: {tags: ['nightly-*'], when: [created, deleted]}}";
		world = await createFlowWorld(flowOf(`{model: custom, parts: ${parts}, events: ${events}}`));
		await world.look();
		await world.commit("main", "readme", { "docs/readme.md": "x" });
		expect(await world.look()).toMatchObject([{ name: "docs-changed", parts: ["docs"], subject: "readme", author: "Ada" }]);
		await world.commit("main", "lib", { "lib/a/b.ts": "x" });
		expect(await world.look()).toMatchObject([{ name: "shop-touched", parts: ["lib", "shop"] }]);
		await world.commit("main", "none", { "other/a": "x" });
		expect(await world.said()).toEqual([]);
		await world.git("tag", "nightly-1");
		expect(await world.said()).toEqual(["nightly nightly-1"]);
		await world.git("tag", "-d", "nightly-1");
		expect(await world.said()).toEqual(["nightly nightly-1"]);
	});

	it("tells affected parts of a merge and of a new branch", async () => {
		world = await createFlowWorld(flowOf("{model: git-flow, parts: {a: {paths: [a]}, b: {paths: [b]}}}"));
		await world.look();
		await world.branch("feature/a", "develop");
		await world.commit("feature/a", "a", { "a/x": "1" });
		await world.commit("develop", "b", { "b/x": "1" });
		expect(await world.look()).toMatchObject([
			{ name: "feature-branch-pushed", parts: ["a"] },
			{ name: "push-to-develop", parts: ["b"] },
		]);
		await world.merge("develop", "feature/a");
		expect(await world.look()).toMatchObject([{ name: "merge-to-develop", parts: ["a"] }]);
	});
});

describe("beginnings", () => {
	it("gives main and develop, and no flood, for the first push to an empty repository", async () => {
		world = await createFlowWorld(flowOf("{model: git-flow}"));
		const head = await world.git("rev-parse", "main");
		for (const ref of ["main", "develop"]) await world.git("update-ref", "-d", `refs/heads/${ref}`);
		expect(await world.said()).toEqual([]);
		for (const ref of ["heads/main", "heads/develop", "heads/feature/a", "tags/v1"]) await world.git("update-ref", `refs/${ref}`, head);
		expect(await world.said()).toEqual(["push-to-develop develop", "push-to-main main"]);
	});

	it("goes on where the commit that it saw last is gone", async () => {
		world = await createFlowWorld(flowOf("{model: git-flow}"));
		await world.branch("feature/a", "develop");
		await world.commit("feature/a");
		await world.commit("develop");
		await world.look();
		for (const branch of ["develop", "feature/a"]) await world.git("update-ref", `refs/heads/${branch}`, "refs/heads/main");
		await world.commit("develop", "another");
		await world.commit("feature/a", "another");
		await world.git("reflog", "expire", "--expire=now", "--all");
		await world.git("read-tree", "--empty");
		await world.git("prune", "--expire=now");
		expect(await world.said()).toEqual(["feature-branch-pushed feature/a forced", "branch-rewritten develop forced"]);
	});
});
