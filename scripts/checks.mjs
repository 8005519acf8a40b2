import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const bin = (path) => join(root, "node_modules", path);
const typescript = bin("typescript/bin/tsc");

/**
 * Every check of `npm test`, in order: cheap ones first. `slow` ones are left out of `npm run check`; `fix` is what to do when it fails.
 * A check with `tests` is a project of vitest.config.ts, and counts with every test that it holds.
 */
export const checks = [
	{
		name: "format",
		commands: [[bin("@biomejs/biome/bin/biome"), "check", "--colors=off", "--max-diagnostics=10", "."]],
		fix: "npm run fix",
	},
	{
		name: "lint",
		commands: [[bin("oxlint/bin/oxlint"), "--type-aware"], ["scripts/imports/check.ts"]],
		fix: "npm run fix mends some; the rules stand in .oxlintrc.json and scripts/imports/rooms.ts",
	},
	{
		name: "types",
		commands: [
			[typescript, "--project", "."],
			[typescript, "--project", "ui"],
		],
		fix: "mend the types named above",
	},
	{ name: "dead code", commands: [[bin("knip/bin/knip.js"), "--no-progress"]], fix: "remove what nobody uses, or use it" },
	...(existsSync(join(root, "scripts", "reference.ts"))
		? [
				{
					name: "reference",
					commands: [["scripts/reference.ts", "--check"]],
					fix: "node_modules/.bin/node scripts/reference.ts, then commit docs/reference",
				},
			]
		: []),
	{
		name: "deploy",
		commands: [["scripts/deploy.ts", "--check"]],
		fix: "node_modules/.bin/node scripts/deploy.ts, then commit deploy",
	},
	...["unit", "contract", "integration", "kubernetes", "e2e"].map((tests) => ({
		name: tests === "e2e" ? "end to end" : tests,
		tests,
		slow: tests !== "unit" && tests !== "contract",
		fix: `node_modules/.bin/vitest run --project ${tests} PATH runs one file alone`,
	})),
];
