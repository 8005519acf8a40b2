import { findCycle } from "../dependencies.ts";
import { explainIssues } from "../documents/explain.ts";
import { type FlowDocument, flowSchema } from "../documents/flow.ts";
import { nearest } from "../documents/nearest.ts";
import { type Problem, problemsError } from "../documents/problem.ts";
import { type ReadDocument, readYaml } from "../documents/read-yaml.ts";
import { actionText } from "./actions.ts";
import { eventNamesOf } from "./event-names.ts";
import { type Flow, toFlow } from "./flow.ts";

export type ReadFlow =
	| { readonly flow: Flow; readonly problems: readonly [] }
	| { readonly flow: undefined; readonly problems: readonly Problem[] };

/** Reads the one Flow document of a file: every problem with its place, or the Flow with all defaults. */
export function readFlow(file: string, text: string): ReadFlow {
	const { documents, problems } = readYaml(file, text);
	if (problems.length > 0) return { flow: undefined, problems };
	const [read, second] = documents;
	if (read === undefined) return failed({ place: { file }, message: "holds no Flow", hint: "`gitward flow init` writes a first one." });
	if (second !== undefined)
		return failed({
			place: second.place([]),
			message: "is a second document, but a file holds one Flow",
			hint: "Remove it, or merge the two.",
		});
	const parsed = flowSchema.safeParse(read.value);
	if (!parsed.success) return { flow: undefined, problems: explainIssues(parsed.error.issues, read, flowSchema) };
	const wrong = checkFlow(parsed.data, read);
	return wrong.length > 0 ? { flow: undefined, problems: wrong } : { flow: toFlow(parsed.data), problems: [] };
}

/** The Flow of a file, or an error of kind `invalid` that shows every problem. */
export function demandFlow(file: string, text: string): Flow {
	const { flow, problems } = readFlow(file, text);
	if (flow === undefined) throw problemsError(problems, "FlowInvalid");
	return flow;
}

function failed(problem: Problem): ReadFlow {
	return { flow: undefined, problems: [problem] };
}

function checkFlow(document: FlowDocument, read: ReadDocument): readonly Problem[] {
	const problems: Problem[] = [];
	const add: Add = (path, message, hint, ofKey = false) => {
		problems.push({ place: read.place(["spec", ...path], ofKey), message, ...(hint === undefined ? {} : { hint }) });
	};
	checkBranches(document, add);
	checkEvents(document, add);
	checkOn(document, add);
	checkGraph("jobs", "job", "needs", document.spec.jobs, add);
	checkGraph("parts", "part", "dependsOn", document.spec.parts, add);
	return problems;
}

type Add = (path: readonly PropertyKey[], message: string, hint?: string, ofKey?: boolean) => void;

function checkBranches({ spec }: FlowDocument, add: Add): void {
	const { model, branches = {}, tags } = spec;
	if (model === "custom" && Object.keys(branches).length > 0)
		add(["branches"], "has no meaning in the model custom", "Say under `events` which branches an event is for.", true);
	if (model === "trunk-based")
		for (const role of ["develop", "hotfix"] as const)
			if (branches[role] !== undefined)
				add(["branches", role], "is there in Git Flow only", "Remove it, or set spec.model to git-flow.", true);
	if (model === "git-flow" && (branches.main ?? "main") === (branches.develop ?? "develop"))
		add(
			["branches", branches.develop === undefined ? "main" : "develop"],
			"is the name of both main and develop",
			"Git Flow wants two branches.",
		);
	const name = (path: readonly PropertyKey[], text: string): void => {
		if (!isBranchName(text)) add(path, `is ${JSON.stringify(text)}, which can name no branch`, "See git-check-ref-format(1).");
	};
	const patterns = (path: readonly PropertyKey[], texts: readonly string[] = []): void => {
		for (const [index, text] of texts.entries())
			if (!isBranchName(text.replaceAll(/[*?]/gu, "x")))
				add(
					[...path, index],
					`is ${JSON.stringify(text)}, which fits no branch or tag`,
					"Patterns are names in which * stands for any characters and ? for one.",
				);
	};
	for (const role of ["main", "develop"] as const) if (branches[role] !== undefined) name(["branches", role], branches[role]);
	for (const role of ["feature", "release", "hotfix"] as const) patterns(["branches", role], branches[role]);
	patterns(["tags"], tags);
	for (const [event, custom] of Object.entries(spec.events)) {
		patterns(["events", event, "branches"], custom.branches);
		patterns(["events", event, "tags"], custom.tags);
	}
}

function checkEvents({ spec }: FlowDocument, add: Add): void {
	const known = eventNamesOf(spec.model, []);
	const parts = Object.keys(spec.parts);
	for (const [name, event] of Object.entries(spec.events)) {
		if (known.includes(name)) add(["events", name], `is an event of the model ${spec.model} already`, "Give it another name.", true);
		for (const [index, part] of (event.parts ?? []).entries())
			if (!parts.includes(part)) add(["events", name, "parts", index], ...unknown("part", part, parts));
		if (event.paths !== undefined && event.when.every((when) => when === "deleted"))
			add(["events", name, "paths"], "has no meaning where a branch or tag is deleted", "Remove it.", true);
	}
}

function checkOn({ spec }: FlowDocument, add: Add): void {
	const events = eventNamesOf(spec.model, Object.keys(spec.events));
	const jobs = Object.keys(spec.jobs);
	for (const [event, actions] of Object.entries(spec.on)) {
		if (!events.includes(event)) {
			const near = nearest(event, events);
			const hint = near === undefined ? `There are: ${events.join(", ")}.` : `Did you mean ${near}?`;
			add(["on", event], `is no event of the model ${spec.model}`, hint, true);
		}
		const seen = new Set<string>();
		for (const [index, action] of actions.entries()) {
			if (typeof action === "string" && !jobs.includes(action)) add(["on", event, index], ...unknown("job", action, jobs));
			else if (seen.has(actionText(action))) add(["on", event, index], `names ${actionText(action)} twice`, "Remove one of them.");
			seen.add(actionText(action));
		}
	}
}

/** Names in a graph lead somewhere, and never in a circle. */
function checkGraph<Key extends string>(
	group: "jobs" | "parts",
	what: string,
	key: Key,
	nodes: Readonly<Record<string, { readonly [K in Key]: readonly string[] }>>,
	add: Add,
): void {
	const names = Object.keys(nodes);
	for (const [name, node] of Object.entries(nodes))
		for (const [index, other] of node[key].entries()) {
			if (other === name) add([group, name, key, index], `names the ${what} itself`);
			else if (!names.includes(other)) add([group, name, key, index], ...unknown(what, other, names));
		}
	const cycle = findCycle(new Map(Object.entries(nodes).map(([name, node]) => [name, node[key]])));
	const [first] = cycle ?? [];
	if (cycle !== undefined && first !== undefined && cycle.length > 2) add([group, first, key], `goes in a circle: ${cycle.join(" → ")}`);
}

function unknown(what: string, name: string, names: readonly string[]): [message: string, hint: string] {
	const near = nearest(name, names);
	const hint =
		near === undefined
			? names.length === 0
				? `There is no ${what} yet: add it.`
				: `There are: ${names.join(", ")}.`
			: `Did you mean ${near}?`;
	return [`names the ${what} ${name}, which does not exist`, hint];
}

/** Whether git could have a branch of that name, see git-check-ref-format(1). */
export function isBranchName(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses exactly these
	if (text.length > 255 || /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$|^-/u.test(text) || text === "@" || text === "")
		return false;
	return text.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
