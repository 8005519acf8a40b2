import { describe, expect, it } from "vitest";
import { actionsOf } from "./actions.ts";
import { demandFlow, readFlow } from "./read-flow.ts";

const head = "apiVersion: gitward.dev/v1\nkind: Flow\nmetadata: {name: shop}\nspec:\n";
const example = `${head}  model: git-flow
  jobs:
    build: {run: [npm ci, npm run build], artifacts: [{name: shop, archive: dist}]}
    test: {run: [npm test], needs: [build]}
  on:
    change-request-to-develop: [build, test]
    merge-to-develop: [build, test, {release: dev}]
    release-branch-created: [build, test, {release-candidate: staging}]
    release-branch-updated: [build, test, {release-candidate: staging}]
    merge-to-main: [{release: production}]
`;

function problems(spec: string): readonly string[] {
	return readFlow("flow.yaml", `${head}${spec}`).problems.map(
		({ place, message, hint }) => `${place.line} ${place.key}: ${message}. ${hint ?? ""}`,
	);
}

describe("readFlow", () => {
	it("reads the example and fills in defaults", () => {
		expect(readFlow("flow.yaml", example).flow).toMatchObject({
			name: "shop",
			branches: { main: "main", develop: "develop", feature: ["feature/*"], release: ["release/*"], hotfix: ["hotfix/*"] },
			tags: ["v*"],
		});
	});

	it.each([
		["  model: gitflow", ['5 spec.model: is "gitflow", but one of git-flow, trunk-based, custom is expected. Did you mean git-flow?']],
		[
			"  model: git-flow\n  jobs: {a: {run: [x], needs: [b]}, b: {run: [x], needs: [a]}}",
			["6 spec.jobs.a.needs: goes in a circle: a → b → a. "],
		],
		["  model: git-flow\n  jobs: {a: {run: [x], needs: [a]}}", ["6 spec.jobs.a.needs[0]: names the job itself. "]],
		[
			"  model: trunk-based\n  on: {merge-to-develop: []}",
			[expect.stringMatching(/^6 spec.on.merge-to-develop: is no event of the model trunk-based\. /u)],
		],
		[
			"  model: git-flow\n  on: {tag: [deploy]}",
			["6 spec.on.tag[0]: names the job deploy, which does not exist. There is no job yet: add it."],
		],
		[
			"  model: git-flow\n  branches: {main: develop}",
			["6 spec.branches.main: is the name of both main and develop. Git Flow wants two branches."],
		],
		[
			"  model: trunk-based\n  branches: {hotfix: [x]}",
			["6 spec.branches.hotfix: is there in Git Flow only. Remove it, or set spec.model to git-flow."],
		],
		[
			"  model: git-flow\n  branches: {main: '--upload-pack=x'}",
			['6 spec.branches.main: is "--upload-pack=x", which can name no branch. See git-check-ref-format(1).'],
		],
		["  model: git-flow\n  tags: ['v*..']", [expect.stringMatching(/^6 spec.tags\[0\]: is "v\*\.\."/u)]],
		["  model: custom\n  events: {x: {when: [created]}}", [expect.stringContaining("branches or tags are expected")]],
		[
			"  model: git-flow\n  events: {tag: {tags: ['*']}}",
			["6 spec.events.tag: is an event of the model git-flow already. Give it another name."],
		],
		[
			"  model: custom\n  parts: {a: {paths: [a], dependsOn: [c]}}",
			["6 spec.parts.a.dependsOn[0]: names the part c, which does not exist. Did you mean a?"],
		],
		[
			"  model: git-flow\n  on: {tag: [{release: dev}, {release: dev}]}",
			["6 spec.on.tag[1]: names release: dev twice. Remove one of them."],
		],
		["  model: git-flow\n  jobs: {a: {run: [x], image: y}}", [expect.stringMatching(/^6 spec.jobs.a.image: is not known here/u)]],
	])("says what is wrong in %j", (spec, expected) => {
		expect(problems(spec)).toEqual(expected);
	});

	it("wants exactly one document", () => {
		expect(readFlow("flow.yaml", "# nothing\n").problems).toMatchObject([{ message: "holds no Flow" }]);
		expect(readFlow("flow.yaml", `${example}---\n${example}`).problems).toMatchObject([
			{ message: expect.stringContaining("second document") },
		]);
	});
});

describe("actionsOf", () => {
	const flow = demandFlow("flow.yaml", example);

	it("gives what the event has, or else the more general one", () => {
		expect(actionsOf(flow, "merge-to-main")).toEqual({ actions: [{ release: "production" }], because: "merge-to-main" });
		expect(actionsOf(flow, "hotfix-merged").because).toBe("merge-to-main");
		expect(actionsOf(flow, "push-to-develop").because).toBe("merge-to-develop");
		expect(actionsOf(flow, "push-to-main")).toEqual({ actions: [] });
		expect(actionsOf(flow, "tag")).toEqual({ actions: [] });
	});

	it("takes an empty list for nothing at all", () => {
		const quiet = demandFlow("flow.yaml", example.replace("merge-to-main:", "hotfix-merged: []\n    merge-to-main:"));
		expect(actionsOf(quiet, "hotfix-merged")).toEqual({ actions: [], because: "hotfix-merged" });
	});
});
