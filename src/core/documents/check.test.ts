import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkControlFiles, demandControlSet } from "./check.ts";
import { formatProblem, type Problem } from "./problem.ts";

const document = (kind: string, name: string, spec: string): string =>
	`apiVersion: gitward.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const repository = (name = "env", spec = "{url: https://git.example.com/env.git}"): string => document("Repository", name, spec);
const environment = (name = "dev", more = ""): string => document("Environment", name, `{target: {host: {root: ./${name}}}${more}}`);
const application = (name = "shop", more = ""): string =>
	document("Application", name, `{repository: env, path: dev/shop, environment: dev${more}}`);
const good = [repository(), environment(), application()].join("---\n");

function problemsOf(...texts: readonly string[]): readonly Problem[] {
	return checkControlFiles(texts.map((text, index) => ({ path: `${"abc"[index]}.yaml`, text }))).problems;
}

/** `line:column key: message (hint)` of every problem. */
function told(...texts: readonly string[]): readonly string[] {
	return problemsOf(...texts).map(
		({ place, message, hint }) => `${place.line}:${place.column} ${place.key}: ${message}${hint === undefined ? "" : ` (${hint})`}`,
	);
}

describe("checkControlFiles", () => {
	it("gives the set of several files and documents, with defaults", () => {
		const set = demandControlSet([
			{ path: "a.yaml", text: `\uFEFF${repository()}---\n---\n${environment()}` },
			{
				path: "b.json",
				text: JSON.stringify({
					apiVersion: "gitward.dev/v1",
					kind: "Application",
					metadata: { name: "shop" },
					spec: { repository: "env", path: "x", environment: "dev" },
				}),
			},
			{ path: "empty.yaml", text: "# nothing\n" },
		]);
		expect([...set.repositories.keys(), ...set.environments.keys(), ...set.applications.keys()]).toEqual(["env", "dev", "shop"]);
		expect(set.environments.get("dev")?.spec.policy).toMatchObject({ drift: "heal", maxDeletePercent: 30 });
		expect(set.applications.get("shop")?.spec).toMatchObject({ dependsOn: [], retry: { limit: 10 } });
	});

	it("tells all problems of all files, each with file, line, column, key, quote and what to do", () => {
		const problems = problemsOf(
			"apiVersion: gitward.dev/v1\nkind: Environment\nmetadata: {name: Dev}\nspec:\n  target: {host: {root: ./dev}}\n  policy:\n    drfit: heal\n    prune: maybe\n    maxDeletePercent: 300\n",
			"apiVersion: gitward.dev/v1\nkind: Aplication\nmetadata: {name: a}\n",
		);
		expect(problems.map(({ place }) => `${place.file}:${place.line}:${place.column} ${place.key}`)).toEqual([
			"a.yaml:3:18 metadata.name",
			"a.yaml:8:12 spec.policy.prune",
			"a.yaml:9:23 spec.policy.maxDeletePercent",
			"a.yaml:7:5 spec.policy.drfit",
			"b.yaml:2:7 kind",
		]);
		expect(problems[3]).toMatchObject({ hint: "Did you mean drift?", place: { quote: "    drfit: heal" } });
		expect(problems[4]?.hint).toBe("Did you mean Application?");
	});

	it("shows a problem as a good compiler does", () => {
		const [problem] = problemsOf(environment("dev", ", policy: {drift: heel}"));
		expect(problem && formatProblem(problem)).toBe(
			[
				'a.yaml:4:55: spec.policy.drift: is "heel", but one of heal, report, ask is expected',
				"  4 | spec: {target: {host: {root: ./dev}}, policy: {drift: heel}}",
				`      ${" ".repeat(54)}^`,
				"  Did you mean heal?",
			].join("\n"),
		);
	});

	it.each<readonly [string, string, string]>([
		[
			"a reference that leads nowhere",
			application("a", ", dependsOn: [shoop]"),
			"names the Application shoop, which does not exist (Did you mean shop?)",
		],
		[
			"an unknown Project",
			application("a", ", project: team"),
			"names the Project team, which does not exist (Add a document of kind Project with this name.)",
		],
		[
			"a path out of the Repository",
			application("a").replace("dev/shop", "../shop"),
			'spec.path: is "../shop", which leads out of the Repository',
		],
		["an absolute path", application("a").replace("dev/shop", "/etc"), 'is "/etc", which leads out'],
		[
			"a ref that would be an option",
			repository("r", "{url: https://x.example/y.git, ref: --upload-pack=touch}"),
			"cannot name what is followed",
		],
		["a ref that git does not allow", repository("r", "{url: https://x.example/y.git, ref: a..b}"), "cannot name what is followed"],
		["a URL that would be an option", repository("r", "{url: --upload-pack=x}"), "no URL that Gitward fetches from"],
		["a URL of a remote helper", repository("r", '{url: "ext::sh -c id"}'), "no URL that Gitward fetches from"],
		["a password in a URL", repository("r", "{url: https://me:secret@x.example/y.git}"), "holds a password"],
		[
			"credentials in the document",
			repository("r", "{url: https://x.example/y.git, credentials: {token: secret}}"),
			"spec.credentials.token: is text, but a map is expected",
		],
		[
			"a schedule that is none",
			environment("d", ', policy: {windows: [{kind: deny, schedule: "99 * * * *", duration: 1h}]}'),
			"no cron expression of five fields",
		],
		[
			"a schedule of six fields",
			environment("d", ', policy: {windows: [{kind: deny, schedule: "0 0 * * * *", duration: 1h}]}'),
			"no cron expression of five fields",
		],
		[
			"a time zone that is none",
			environment("d", ', policy: {windows: [{kind: deny, schedule: "0 0 * * *", duration: 1h, timeZone: Mars/Base}]}'),
			"no IANA time zone",
		],
		["an Application that depends on itself", application("a", ", dependsOn: [a]"), "names the Application itself"],
		[
			"a manifest among control documents",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
			"belong in the path of an Application",
		],
		["a document without a kind", "apiVersion: gitward.dev/v1\nmetadata: {name: a}\n", "kind: is missing: text is expected"],
		["what is no map", "- a\n", "is a list, but a map is expected"],
		["a duration without a unit", application("a", ', healthTimeout: "30"'), "a duration such as 500ms, 30s, 5m, 2h or 1d"],
	])("finds %s", (_, text, message) => {
		expect(told(good, text).join("\n")).toContain(message);
	});

	it("names both places of a name that is there twice", () => {
		expect(told(good, `# again\n${application()}`)).toEqual([
			"4:18 metadata.name: there are two of Application shop: the other stands at a.yaml:13 (Rename or remove one of them.)",
		]);
	});

	it("prints a circle of dependencies, and of Environments", () => {
		const apps = ["a", "b", "c"].map((name, index) => application(name, `, dependsOn: [${"bca"[index]}]`));
		expect(told(repository(), environment(), apps.join("---\n"))[0]).toContain("a → b → c → a");
		expect(told([environment("d", ", after: [e]"), environment("e", ", after: [d]")].join("---\n"))[0]).toContain("d → e → d");
	});

	it("holds Applications to their Project", () => {
		const project = document("Project", "team", "{repositories: [team-*], environments: [dev]}");
		expect(told(good, project, application("a", ", project: team"))).toEqual([
			'4:20 spec.repository: is "env", which the Project team does not allow (It allows team-*.)',
		]);
	});

	it("does not call a reference unknown while documents are broken", () => {
		expect(told(application(), repository("env", "{ulr: x}"), environment()).join("\n")).not.toContain("does not exist");
	});

	it.each<readonly [string, string, string]>([
		["a tab", "a:\n\tb: 1\n", "tabs"],
		["a key twice", "a: 1\na: 2\n", "unique"],
		["a key twice among very many", `${Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join("")}k7: 2\n`, "unique"],
		["a bracket that is not closed", "a: [1\n", ""],
		["a zero byte", "a: \0\n", "zero byte"],
		["too deep a nesting", `${"[".repeat(65)}${"]".repeat(65)}`, "64 levels"],
		["much too deep a nesting", "[".repeat(500_000), "64 levels"],
		["much too deep a nesting of lists", `${"- ".repeat(100_000)}x`, "64 levels"],
		["maps in maps without end", Array.from({ length: 1300 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"), ""],
		["too many aliases", `a: &a x\nb: [${"*a, ".repeat(101)}]\n`, "100 aliases"],
		[
			"aliases that expand",
			["b", "c", "d", "e", "f", "g"].reduce(
				(text, name) => `${text}${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)}, `.repeat(9)}]\n`,
				"a: &a [1]\n",
			),
			"expand",
		],
		["a file that is too large", `a: ${"x".repeat(1024 * 1024)}`, "1 MiB"],
		["an alias to nothing", "a: *b\n", ""],
		["an alias to what holds it", "a: &a [*a]\n", ""],
	])("refuses %s with one clear problem", (_, text, message) => {
		const problems = problemsOf(text);
		expect(problems.map((problem) => formatProblem(problem)).join("\n")).toContain(message);
		expect(problems).toHaveLength(1);
		expect(problems[0]?.place.file).toBe("a.yaml");
	});

	it("never throws, whatever the text", () => {
		const yaml = fc.array(
			fc.constantFrom(
				"a",
				": ",
				"- ",
				"\n",
				"  ",
				"[",
				"]",
				"{",
				"}",
				"&x ",
				"*x",
				"|",
				">",
				"'",
				'"',
				"#",
				"\t",
				"!!",
				"<<",
				"---",
				"\0",
				"é",
				"kind: Application\n",
				"apiVersion: gitward.dev/v1\n",
			),
			{ maxLength: 60 },
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: "binary" }),
					yaml.map((parts) => parts.join("")),
				),
				(text) => {
					const { set, problems } = checkControlFiles([{ path: "a.yaml", text }]);
					expect(set === undefined).toBe(problems.length > 0);
				},
			),
			{ numRuns: 500 },
		);
	});

	it("puts every problem into one error", () => {
		expect(() => demandControlSet([{ path: "a.yaml", text: application() }])).toThrow(
			/names the Repository env[\s\S]*names the Environment dev/u,
		);
	});
});
