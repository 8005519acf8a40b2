import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readFlow } from "../../src/core/flow/read-flow.ts";
import { type Cli, createCli } from "../cli/run-cli.ts";
import { createFlowWorld, type FlowWorld, flowOf } from "./flow-world.ts";

const flowFile = `apiVersion: gitward.dev/v1
kind: Flow
metadata: {name: shop}
spec:
  model: git-flow
  jobs: {build: {run: [touch ran]}, test: {run: [touch ran], needs: [build]}}
  on:
    merge-to-develop: [build, test, {release: dev}]
    merge-to-main: [{release: production}]
`;

let cli: Cli;
let world: FlowWorld;
beforeEach(async () => {
	cli = await createCli();
	world = await createFlowWorld(flowOf("{model: git-flow}"));
});
afterEach(async () => {
	await cli.remove();
	await world.remove();
});

const run = (...args: string[]) => cli.run(["flow", ...args], { cwd: world.folder });

describe("gitward flow explain", () => {
	beforeEach(() => writeFile(join(world.folder, "flow.yaml"), flowFile));

	it("says which events a change makes and what follows, and runs nothing", async () => {
		await world.branch("feature/a", "develop");
		await world.commit("feature/a");
		await world.merge("develop", "feature/a");
		const { code, out } = await run("explain", "develop~1..develop");
		expect(out).toMatch(/^merge-to-develop +develop +merge of feature\/a +[0-9a-f]{7} +build, test, release: dev$/mu);
		expect(code).toBe(0);
		expect(await readdir(world.folder)).not.toContain("ran");
	});

	it("names the more general event whose actions follow, in JSON and YAML, too", async () => {
		await world.branch("hotfix/1", "main");
		await world.commit("hotfix/1");
		await world.merge("main", "hotfix/1");
		const json = await run("explain", "main~1..main", "-o", "json");
		const event = { name: "hotfix-merged", because: "merge-to-main", actions: [{ release: "production" }], source: { branch: "hotfix/1" } };
		expect(JSON.parse(json.out)).toMatchObject([event]);
		expect(parse((await run("explain", "main~1..main", "-o", "yaml")).out)).toMatchObject([event]);
	});

	it("takes new, deleted and remote branches, tags, and commits with --branch", async () => {
		await world.commit("develop");
		const head = await world.git("rev-parse", "develop");
		await world.git("update-ref", "refs/remotes/origin/release/1.0", head);
		await world.git("tag", "v1.0.0", head);
		const next = await world.commit("develop");
		for (const [args, name] of [
			[["..origin/release/1.0"], "release-branch-created"],
			[["origin/release/1.0.."], "branch-deleted"],
			[["..v1.0.0"], "tag"],
			[[`${head}..${next}`, "--branch", "develop"], "push-to-develop"],
		] as const) {
			expect(JSON.parse((await run("explain", ...args, "-o", "json")).out)).toMatchObject([{ name }]);
		}
	});

	it("does not take a branch that was only made there for one that was merged", async () => {
		await world.commit("develop");
		await world.git("branch", "feature/new", "develop");
		expect(JSON.parse((await run("explain", "develop~1..develop", "-o", "json")).out)).toMatchObject([{ name: "push-to-develop" }]);
	});

	it("hands hostile names to git as names", async () => {
		for (const name of ["feature/$(touch${IFS}ran)", "feature/`touch`", "feature/a;b", "feature/\u009b31m"]) {
			await world.branch(name, "develop");
			await world.commit(name);
			const { out, code } = await run("explain", `..${name}`);
			expect([code, out]).toEqual([0, expect.stringContaining("feature-branch-pushed")]);
			expect(out).not.toContain("\u009b");
		}
		for (const range of ["--upload-pack=touch ran..develop", "..--output=ran", "develop..--help", "..-", "..$(touch ran)"]) {
			const { code, err } = await run("explain", "--", range);
			expect([code, err]).toEqual([4, expect.stringContaining("There is no commit")]);
		}
		expect(await readdir(world.folder)).not.toContain("ran");
	});

	it.each([
		["x", 2, "is no range"],
		["a...b", 2, "is no range"],
		["..nowhere", 4, "There is no commit"],
	])("refuses %s clearly", async (range, code, message) => {
		const result = await run("explain", range);
		expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)]);
	});

	it("shows what is wrong in the Flow with its place", async () => {
		await writeFile(
			join(world.folder, "flow.yaml"),
			flowFile.replace("needs: [build]", "needs: [biuld]").replace("merge-to-main", "merge-to-mian"),
		);
		const { code, err } = await run("explain", "develop~0..develop");
		expect(code).toBe(2);
		expect(err).toMatch(/flow\.yaml:6:\d+: spec\.jobs\.test\.needs\[0\]: names the job biuld, which does not exist/u);
		expect(err).toMatch(/flow\.yaml:9:5: spec\.on\.merge-to-mian: is no event of the model git-flow/u);
		expect(err).toContain("Did you mean merge-to-main?");
	});
});

describe("gitward flow init", () => {
	it("writes a Flow that can be read, and overwrites nothing", async () => {
		for (const branch of ["features/a", "releases/1"]) await world.branch(branch, "main");
		await world.git("tag", "1.2.3");
		await writeFile(join(world.folder, "package.json"), '{"scripts": {"test": "x"}}');
		expect((await run("init")).code).toBe(0);
		const text = await readFile(join(world.folder, "flow.yaml"), "utf8");
		expect(readFlow("flow.yaml", text).flow).toMatchObject({
			model: "git-flow",
			branches: { feature: ["features/*"], release: ["releases/*"] },
			tags: ["*.*.*"],
			jobs: { test: { run: ["npm install", "npm test"] } },
		});
		const again = await run("init");
		expect([again.code, again.err]).toEqual([5, expect.stringContaining("exists already")]);
		expect((await run("init", "--print")).out).toBe(text);
	});

	it("proposes trunk based where there is no develop branch", async () => {
		await world.git("update-ref", "-d", "refs/heads/develop");
		const { out } = await run("init", "--print");
		expect(readFlow("flow.yaml", out).flow).toMatchObject({ model: "trunk-based", name: expect.stringMatching(/^flow-/u) });
	});

	it("says where there is no repository", async () => {
		const { code, err } = await cli.run(["flow", "init"]);
		expect([code, err]).toEqual([4, expect.stringContaining("is in no Git repository")]);
	});
});
