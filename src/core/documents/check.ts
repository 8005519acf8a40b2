import { Cron } from "croner";
import { z } from "zod";
import { findCycle } from "../dependencies.ts";
import { matchesGlob } from "../glob.ts";
import { applicationSchema } from "./application.ts";
import type { ControlSet, Document } from "./documents.ts";
import { environmentSchema } from "./environment.ts";
import { explainIssues } from "./explain.ts";
import { apiVersion } from "./metadata.ts";
import { nearest } from "./nearest.ts";
import { type Problem, problemsError } from "./problem.ts";
import { projectSchema } from "./project.ts";
import { readQuickly } from "./quick-yaml.ts";
import type { ReadDocument } from "./read-yaml.ts";
import { repositorySchema } from "./repository.ts";

/** One file of control documents. */
export interface DocumentFile {
	readonly path: string;
	readonly text: string;
}

export type CheckResult =
	| { readonly set: ControlSet; readonly problems: readonly [] }
	| { readonly set: undefined; readonly problems: readonly Problem[] };

/** Schemas of the control documents, by kind. */
export const documentSchemas = {
	Repository: repositorySchema,
	Environment: environmentSchema,
	Application: applicationSchema,
	Project: projectSchema,
} as const satisfies Readonly<Record<Document["kind"], z.ZodType>>;

interface Located {
	readonly document: Document;
	readonly read: ReadDocument;
}

const header = z.looseObject({ apiVersion: z.string(), kind: z.string() });

function isKind(kind: string): kind is Document["kind"] {
	return Object.hasOwn(documentSchemas, kind);
}

function readOne(read: ReadDocument): { readonly located?: Located; readonly problems: readonly Problem[] } {
	const head = header.safeParse(read.value);
	if (!head.success) return { problems: explainIssues(head.error.issues, read, header) };
	const { kind } = head.data;
	if (head.data.apiVersion !== apiVersion) {
		return {
			problems: [
				{
					place: read.place(["apiVersion"]),
					message: `is ${JSON.stringify(head.data.apiVersion)}, but control documents have ${apiVersion}`,
					hint: "Manifests of what runs belong in the path of an Application, not among the control documents.",
				},
			],
		};
	}
	if (!isKind(kind)) {
		const kinds = Object.keys(documentSchemas);
		const near = nearest(kind, kinds);
		return {
			problems: [
				{
					place: read.place(["kind"]),
					message: `is ${JSON.stringify(kind)}, but one of ${kinds.join(", ")} is expected`,
					...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
				},
			],
		};
	}
	const schema = documentSchemas[kind];
	const parsed = schema.safeParse(read.value);
	if (!parsed.success) return { problems: explainIssues(parsed.error.issues, read, schema) };
	return { located: { document: parsed.data, read }, problems: [] };
}

/** Every reference of a document to another: where it stands, and the kind it names. */
function referencesOf({
	document,
}: Located): readonly { readonly path: readonly PropertyKey[]; readonly kind: Document["kind"]; readonly name: string }[] {
	if (document.kind === "Environment") {
		return document.spec.after.map((name, index) => ({ path: ["spec", "after", index], kind: "Environment", name }));
	}
	if (document.kind !== "Application") return [];
	const { repository, environment, project, dependsOn } = document.spec;
	return [
		{ path: ["spec", "repository"], kind: "Repository", name: repository },
		{ path: ["spec", "environment"], kind: "Environment", name: environment },
		...(project === "default" ? [] : [{ path: ["spec", "project"], kind: "Project" as const, name: project }]),
		...dependsOn.map((name, index) => ({ path: ["spec", "dependsOn", index], kind: "Application" as const, name })),
	];
}

const refPattern = /^(?!\/|-|.*(?:\/\.|\.\.|\/\/|@\{|\\|\.lock(?:\/|$)))[^\0-\x20\x7f~^:?*[]+(?<![./])$/u;
const rangePattern = /^[\^~<>=v]?[=]?\s*[0-9xX*]|\|\|/u;

/** Whether a text can name what is followed: a branch, tag, commit, or a semver range. */
function isRef(ref: string): boolean {
	return (
		ref.length <= 255 && (refPattern.test(ref) || (rangePattern.test(ref) && /^[\w.\-+^~<>=*|\s]+$/u.test(ref) && !ref.startsWith("-")))
	);
}

function isSafePath(path: string): boolean {
	return (
		!path.startsWith("/") &&
		!path.includes("\\") &&
		!path.includes("\0") &&
		path.split("/").every((part) => part !== ".." && part !== ".git")
	);
}

function checkFields({ document, read }: Located): readonly Problem[] {
	const problems: Problem[] = [];
	const add = (path: readonly PropertyKey[], message: string, hint?: string): void => {
		problems.push({ place: read.place(path), message, ...(hint === undefined ? {} : { hint }) });
	};
	const refHint = "Use a branch, a tag, a commit or a semver range such as ^1.4.";
	if (document.kind === "Application") {
		const { path, ref, dependsOn } = document.spec;
		if (!isSafePath(path))
			add(["spec", "path"], `is ${JSON.stringify(path)}, which leads out of the Repository`, "Use a path below its root, without `..`.");
		if (ref !== undefined && !isRef(ref)) add(["spec", "ref"], `is ${JSON.stringify(ref)}, which cannot name what is followed`, refHint);
		const self = dependsOn.indexOf(document.metadata.name);
		if (self >= 0) add(["spec", "dependsOn", self], "names the Application itself");
	}
	if (document.kind === "Repository") {
		const { ref, url } = document.spec;
		if (!isRef(ref)) add(["spec", "ref"], `is ${JSON.stringify(ref)}, which cannot name what is followed`, refHint);
		if (url.startsWith("-") || /^[a-z+]+::/iu.test(url) || /[\0\r\n]/u.test(url))
			add(["spec", "url"], `is ${JSON.stringify(url)}, which is no URL that Gitward fetches from`, "Use https, ssh, a file URL or a path.");
		if (/^https?:\/\/[^/@]*:[^/@]*@/iu.test(url))
			add(["spec", "url"], "holds a password", "Put it into a file or an environment variable and name that in spec.credentials.");
	}
	if (document.kind === "Environment") {
		for (const [index, window] of document.spec.policy.windows.entries()) {
			const path = ["spec", "policy", "windows", index];
			try {
				new Intl.DateTimeFormat("en", { timeZone: window.timeZone });
			} catch {
				add(
					[...path, "timeZone"],
					`is ${JSON.stringify(window.timeZone)}, which is no IANA time zone`,
					"For instance Europe/Berlin, or UTC.",
				);
				continue;
			}
			try {
				const cron = new Cron(window.schedule, { timezone: window.timeZone, paused: true, mode: "5-part" });
				if (cron.nextRun() === null) add([...path, "schedule"], `is ${JSON.stringify(window.schedule)}, which never comes`);
			} catch {
				add(
					[...path, "schedule"],
					`is ${JSON.stringify(window.schedule)}, which is no cron expression of five fields`,
					"For instance `0 9 * * 1-5`: at 9:00 from Monday to Friday.",
				);
			}
		}
	}
	return problems;
}

function checkProject({ document, read }: Located, projects: ReadonlyMap<string, Located>): readonly Problem[] {
	if (document.kind !== "Application") return [];
	const project = projects.get(document.spec.project)?.document;
	if (project?.kind !== "Project") return [];
	const problems: Problem[] = [];
	for (const [field, globs] of [
		["repository", project.spec.repositories],
		["environment", project.spec.environments],
	] as const) {
		const name = document.spec[field];
		if (globs.some((glob) => matchesGlob(glob, name))) continue;
		problems.push({
			place: read.place(["spec", field]),
			message: `is ${JSON.stringify(name)}, which the Project ${project.metadata.name} does not allow`,
			hint:
				globs.length === 0
					? `Its spec.${field === "repository" ? "repositories" : "environments"} allows none.`
					: `It allows ${globs.join(", ")}.`,
		});
	}
	return problems;
}

function checkCycles(all: readonly Located[]): readonly Problem[] {
	const problems: Problem[] = [];
	for (const [kind, field] of [
		["Application", "dependsOn"],
		["Environment", "after"],
	] as const) {
		const mine = new Map(all.filter(({ document }) => document.kind === kind).map((located) => [located.document.metadata.name, located]));
		const edges = new Map(
			[...mine].map(([name, { document }]) => [name, (document.spec as Readonly<Record<string, unknown>>)[field] as readonly string[]]),
		);
		const cycle = findCycle(edges);
		const first = mine.get(cycle?.[0] ?? "");
		if (cycle === undefined || first === undefined || cycle.length === 2) continue;
		problems.push({ place: first.read.place(["spec", field]), message: `goes in a circle: ${cycle.join(" → ")}` });
	}
	return problems;
}

/** Reads and checks control documents as a whole: every problem of all files, or the set that can be put in force. */
export function checkControlFiles(files: readonly DocumentFile[]): CheckResult {
	const problems: Problem[] = [];
	const all: Located[] = [];
	const byName = new Map<string, Located>();
	for (const file of files) {
		const { documents, problems: unreadable } = readQuickly(file.path, file.text);
		problems.push(...unreadable);
		for (const read of documents) {
			const { located, problems: wrong } = readOne(read);
			problems.push(...wrong);
			if (located === undefined) continue;
			const id = `${located.document.kind} ${located.document.metadata.name}`;
			const other = byName.get(id)?.read.place(["metadata", "name"]);
			if (other !== undefined) {
				problems.push({
					place: read.place(["metadata", "name"]),
					message: `there are two of ${id}: the other stands at ${other.file}:${other.line ?? 1}`,
					hint: "Rename or remove one of them.",
				});
				continue;
			}
			byName.set(id, located);
			all.push(located);
		}
	}
	const namesOf = (kind: Document["kind"]): readonly string[] =>
		all.filter(({ document }) => document.kind === kind).map(({ document }) => document.metadata.name);
	const projects = new Map(
		all.filter(({ document }) => document.kind === "Project").map((located) => [located.document.metadata.name, located]),
	);
	// A reference is only called unknown where every document could be read: otherwise what it names may be among the broken ones.
	const isWhole = problems.length === 0;
	for (const located of all) {
		problems.push(...checkFields(located), ...checkProject(located, projects));
		for (const { path, kind, name } of isWhole ? referencesOf(located) : []) {
			if (byName.has(`${kind} ${name}`)) continue;
			const near = nearest(name, namesOf(kind));
			problems.push({
				place: located.read.place(path),
				message: `names the ${kind} ${name}, which does not exist`,
				hint: near === undefined ? `Add a document of kind ${kind} with this name.` : `Did you mean ${near}?`,
			});
		}
	}
	problems.push(...checkCycles(all));
	if (problems.length > 0) return { set: undefined, problems };
	return { set: toControlSet(all.map(({ document }) => document)), problems: [] };
}

/** Documents by kind and name. */
export function toControlSet(documents: readonly Document[]): ControlSet {
	const of = <K extends Document["kind"]>(kind: K): ReadonlyMap<string, Extract<Document, { kind: K }>> =>
		new Map(
			documents.filter((each): each is Extract<Document, { kind: K }> => each.kind === kind).map((each) => [each.metadata.name, each]),
		);
	return { repositories: of("Repository"), environments: of("Environment"), applications: of("Application"), projects: of("Project") };
}

/** The set of control files, or an error of kind `invalid` that shows every problem. */
export function demandControlSet(files: readonly DocumentFile[]): ControlSet {
	const { set, problems } = checkControlFiles(files);
	if (set === undefined) throw problemsError(problems);
	return set;
}
