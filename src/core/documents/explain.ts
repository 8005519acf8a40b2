import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { pathText, type ReadDocument } from "./read-yaml.ts";

type Issue = z.core.$ZodIssue;

function typeName(value: unknown): string {
	if (value === null) return "nothing";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a map";
	if (typeof value === "string") return "text";
	return `a ${typeof value}`;
}

const expectedNames: Readonly<Record<string, string>> = {
	object: "a map",
	record: "a map",
	array: "a list",
	string: "text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
};

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
	let value = root;
	for (const part of path) {
		if (typeof value !== "object" || value === null) return undefined;
		value = (value as Record<PropertyKey, unknown>)[part];
	}
	return value;
}

/** Keys that a schema allows at a path, as far as plain maps lead. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
	interface Definition {
		readonly type: string;
		readonly shape?: Readonly<Record<string, z.ZodType>>;
		readonly innerType?: z.ZodType;
		readonly element?: z.ZodType;
		readonly options?: readonly z.ZodType[];
		readonly in?: z.ZodType;
	}
	const definition = (schema as unknown as { readonly def: Definition }).def;
	if (definition.innerType !== undefined) return keysAt(definition.innerType, path);
	if (definition.type === "pipe" && definition.in !== undefined) return keysAt(definition.in, path);
	if (definition.options !== undefined) return definition.options.flatMap((option) => keysAt(option, path));
	const [head, ...rest] = path;
	if (head === undefined) return Object.keys(definition.shape ?? {});
	if (definition.element !== undefined) return keysAt(definition.element, rest);
	const next = definition.shape?.[String(head)];
	return next === undefined ? [] : keysAt(next, rest);
}

/** The branch of a union that came furthest: its issues are what the writer most likely wants to hear. */
function furthest(issue: Extract<Issue, { code: "invalid_union" }>): readonly Issue[] {
	const branches = issue.errors.filter((branch) => branch.length > 0);
	const depth = (branch: readonly Issue[]): number =>
		Math.max(...branch.map((each) => each.path.length + (each.code === "unrecognized_keys" || each.code === "invalid_type" ? 0 : 1)));
	return branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

/** Problems for a zod error in a document; `schema` proposes keys. */
export function explainIssues(issues: readonly Issue[], document: ReadDocument, schema: z.ZodType): readonly Problem[] {
	return issues.flatMap((issue) => explainIssue(issue, document, schema));
}

function explainIssue(issue: Issue, document: ReadDocument, schema: z.ZodType): readonly Problem[] {
	const { path } = issue;
	const value = valueAt(document.value, path);
	const at = (message: string, hint?: string): readonly Problem[] => [
		{ place: document.place(path), message, ...(hint === undefined ? {} : { hint }) },
	];
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => {
				const known = keysAt(schema, path);
				const near = nearest(key, known);
				const list = known.length > 0 && known.length <= 20 ? `Known here: ${known.join(", ")}.` : undefined;
				const hint = near === undefined ? list : `Did you mean ${near}?`;
				return { place: document.place([...path, key], true), message: "is not known here", ...(hint === undefined ? {} : { hint }) };
			});
		case "invalid_type": {
			const expected = expectedNames[issue.expected] ?? issue.expected;
			return value === undefined ? at(`is missing: ${expected} is expected`) : at(`is ${typeName(value)}, but ${expected} is expected`);
		}
		case "invalid_value": {
			const values = issue.values.map(String);
			if (value === undefined) return at(`is missing: ${values.join(" or ")} is expected`);
			const near = typeof value === "string" ? nearest(value, values) : undefined;
			return at(
				`is ${JSON.stringify(value)}, but ${values.length === 1 ? values[0] : `one of ${values.join(", ")}`} is expected`,
				near === undefined ? undefined : `Did you mean ${near}?`,
			);
		}
		case "invalid_format":
			return at(
				`is ${JSON.stringify(value)}, but ${issue.message.startsWith("Invalid") ? `${issue.format} is expected` : issue.message} is expected`.replace(
					"is expected is expected",
					"is expected",
				),
			);
		case "too_small":
			if (issue.origin === "string" && value === "") return at("must not be empty");
			return at(`is too ${issue.origin === "number" || issue.origin === "int" ? "small" : "short"}: at least ${String(issue.minimum)}`);
		case "too_big":
			return at(`is too ${issue.origin === "number" || issue.origin === "int" ? "large" : "long"}: at most ${String(issue.maximum)}`);
		case "invalid_union": {
			const inner = furthest(issue);
			if (inner.length === 0)
				return at(issue.message === "Invalid input" ? `is ${typeName(value)}, which fits none of what is allowed here` : issue.message);
			return inner.flatMap((each) => explainIssue({ ...each, path: [...path, ...each.path] }, document, schema));
		}
		case "custom":
			return at(issue.message);
		default:
			return at(`${issue.message}${path.length === 0 ? "" : ` (${pathText(path)})`}`);
	}
}
