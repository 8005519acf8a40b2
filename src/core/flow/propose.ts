import { matchesGlob } from "../glob.ts";
import type { Flow } from "./flow.ts";

/** What can be seen of a repository without asking anybody. */
export interface Sight {
	/** For the Flow's name. */
	readonly name: string;
	readonly branches: readonly string[];
	readonly tags: readonly string[];
	/** Branch that the remote, or the working tree, has as its first. */
	readonly head: string | undefined;
	/** Of the newest commits on the line of main (develop where there is one). */
	readonly shape: { readonly merges: number; readonly commits: number };
	/** Names of the files at the top. */
	readonly files: readonly string[];
	/** Scripts of package.json. */
	readonly scripts: readonly string[];
}

export interface Proposal {
	readonly model: Exclude<Flow["model"], "custom">;
	/** A Flow file with comments. */
	readonly text: string;
	/** Why it looks so, one sentence each. */
	readonly reasons: readonly string[];
}

const mains = ["main", "master", "trunk"];
const develops = ["develop", "development", "dev"];
const prefixes = {
	feature: ["feature/", "features/", "feat/", "bugfix/", "fix/", "task/"],
	release: ["release/", "releases/", "release-", "rel/"],
	hotfix: ["hotfix/", "hotfixes/", "hotfix-"],
} as const;

/** A Flow that fits what is seen: Git Flow where there is a develop branch, else trunk based. */
export function proposeFlow(sight: Sight): Proposal {
	const { branches, head, shape } = sight;
	const develop = develops.find((name) => branches.includes(name));
	const isMain = (name: string | undefined): name is string => name !== undefined && name !== develop && !hasPrefix(name);
	const main = mains.find((name) => branches.includes(name)) ?? (isMain(head) ? head : "main");
	const model = develop === undefined ? "trunk-based" : "git-flow";
	const found = {
		feature: patternsOf("feature", branches),
		release: patternsOf("release", branches),
		hotfix: patternsOf("hotfix", branches),
	};
	const tags = tagPatterns(sight.tags);
	const reasons = [
		develop === undefined ? `There is no develop branch: ${main} is the trunk.` : `There are ${main} and ${develop}: that is Git Flow.`,
		...Object.entries(found).flatMap(([role, globs]) =>
			globs.length === 0 ? [] : [`Branches ${globs.join(", ")} look like ${role} branches.`],
		),
		...(tags === undefined ? [] : [`Tags look like ${tags.join(", ")}.`]),
		...(shape.commits === 0
			? []
			: [
					`Of the last ${shape.commits} commits on ${develop ?? main}, ${shape.merges} ${shape.merges === 1 ? "is a merge" : "are merges"}.`,
				]),
	];
	const own = [
		...(main === "main" ? [] : [`main: ${quoted(main)}`]),
		...(develop === undefined || develop === "develop" ? [] : [`develop: ${develop}`]),
		...(model === "git-flow" && differs(found.feature, "feature/*") ? [`feature: ${list(found.feature)}`] : []),
		...(differs(found.release, "release/*") ? [`release: ${list(found.release)}`] : []),
		...(model === "git-flow" && differs(found.hotfix, "hotfix/*") ? [`hotfix: ${list(found.hotfix)}`] : []),
	];
	const jobs = jobsOf(sight);
	const lines = [
		...reasons.map((reason) => `# ${reason}`),
		"apiVersion: gitward.dev/v1",
		"kind: Flow",
		`metadata: {name: ${flowName(sight.name)}}`,
		"spec:",
		`  model: ${model}`,
		...(own.length === 0 ? [] : [`  branches: {${own.join(", ")}}`]),
		...(tags === undefined || (tags.length === 1 && tags[0] === "v*") ? [] : [`  tags: ${list(tags)}`]),
		"  jobs:",
		...jobs.map(({ name, run, needs }) => {
			return `    ${name}: {run: [${run.map((each) => JSON.stringify(each)).join(", ")}]${needs === undefined ? "" : `, needs: [${needs}]`}}`;
		}),
		"  on:",
		...onOf(model, jobs.map(({ name }) => name).join(", ")),
	];
	return { model, text: `${lines.join("\n")}\n`, reasons };
}

function hasPrefix(name: string): boolean {
	return Object.values(prefixes).some((list) => list.some((prefix) => name.startsWith(prefix)));
}

function patternsOf(role: keyof typeof prefixes, branches: readonly string[]): readonly string[] {
	return prefixes[role].filter((prefix) => branches.some((name) => name.startsWith(prefix))).map((prefix) => `${prefix}*`);
}

function tagPatterns(tags: readonly string[]): readonly string[] | undefined {
	const counted = [
		{ glob: "v*", count: tags.filter((tag) => /^v[0-9]/u.test(tag)).length },
		{ glob: "*.*.*", count: tags.filter((tag) => /^[0-9]+\.[0-9]+\.[0-9]+/u.test(tag)).length },
		{ glob: "release-*", count: tags.filter((tag) => matchesGlob("release-*", tag)).length },
	];
	const best = counted.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)[0];
	return best === undefined ? undefined : [best.glob];
}

function differs(found: readonly string[], usual: string): boolean {
	return found.length > 0 && (found.length > 1 || found[0] !== usual);
}

function list(texts: readonly string[]): string {
	return `[${texts.map(quoted).join(", ")}]`;
}

/** Plain where YAML takes it for the text that it is. */
function quoted(text: string): string {
	return /^[a-zA-Z][\w./*-]*$/u.test(text) ? text : JSON.stringify(text);
}

function flowName(name: string): string {
	const label = name
		.toLowerCase()
		.replace(/\.git$/u, "")
		.replaceAll(/[^a-z0-9]+/gu, "-")
		.slice(0, 63)
		.replaceAll(/^-+|-+$/gu, "");
	return label === "" ? "app" : quoted(label);
}

interface Job {
	readonly name: string;
	readonly run: readonly string[];
	readonly needs?: string;
}

/** Build tools by the file that shows them. */
const tools: readonly { readonly file: string; readonly build: string; readonly test: string }[] = [
	{ file: "go.mod", build: "go build ./...", test: "go test ./..." },
	{ file: "Cargo.toml", build: "cargo build --release", test: "cargo test" },
	{ file: "pom.xml", build: "mvn --batch-mode package -DskipTests", test: "mvn --batch-mode test" },
	{ file: "gradlew", build: "./gradlew assemble", test: "./gradlew check" },
	{ file: "Makefile", build: "make", test: "make test" },
];

function jobsOf({ files, scripts }: Sight): readonly Job[] {
	if (files.includes("package.json")) {
		const install = files.includes("package-lock.json") ? "npm ci" : "npm install";
		const build = { name: "build", run: scripts.includes("build") ? [install, "npm run build"] : [install] };
		return [build, { name: "test", run: scripts.includes("test") ? [install, "npm test"] : [install], needs: "build" }];
	}
	const tool = tools.find(({ file }) => files.includes(file));
	if (tool === undefined) return [{ name: "test", run: ["echo 'put the command of your tests here'"] }];
	return [
		{ name: "build", run: [tool.build] },
		{ name: "test", run: [tool.test], needs: "build" },
	];
}

function onOf(model: Proposal["model"], jobs: string): readonly string[] {
	if (model === "trunk-based")
		return [
			`    change-request-to-main: [${jobs}]`,
			`    branch-pushed: [${jobs}]`,
			`    merge-to-main: [${jobs}, {release: staging}]   # a push without a merge, too: see push-to-main`,
			`    release-branch-created: [${jobs}, {release-candidate: staging}]`,
			`    release-branch-updated: [${jobs}, {release-candidate: staging}]`,
			"    tag: [{release: production}]",
		];
	return [
		`    change-request-to-develop: [${jobs}]`,
		`    feature-branch-pushed: [${jobs}]`,
		`    merge-to-develop: [${jobs}, {release: dev}]   # a push without a merge, too: see push-to-develop`,
		`    release-branch-created: [${jobs}, {release-candidate: staging}]`,
		`    release-branch-updated: [${jobs}, {release-candidate: staging}]`,
		`    hotfix-branch-created: [${jobs}, {release-candidate: staging}]`,
		`    hotfix-branch-updated: [${jobs}, {release-candidate: staging}]`,
		"    merge-to-main: [{release: production}]",
	];
}
