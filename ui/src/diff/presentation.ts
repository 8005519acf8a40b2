import type { ChangeView } from "../../../src/core/views/common.ts";
import { type DiffLine, diffLines } from "./lines.ts";

type Difference = ChangeView["differences"][number];
type Value = Difference["before"];

/** How one difference is shown: texts and structures line by line, short values side by side. */
export type Presented =
	| { readonly as: "lines"; readonly field: string; readonly lines: readonly DiffLine[] }
	| { readonly as: "values"; readonly field: string; readonly before: string | undefined; readonly after: string | undefined }
	| { readonly as: "note"; readonly field: string; readonly text: string }
	| { readonly as: "binary"; readonly field: string; readonly before: number | undefined; readonly after: number | undefined };

/** A JSON pointer as people write a field: `spec.ports[0]`. */
export function fieldOf(pointer: string): string {
	const parts = pointer
		.split("/")
		.slice(1)
		.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
	return parts.reduce((field, part) => {
		if (/^\d+$/u.test(part)) return `${field}[${part}]`;
		if (!/^[\w$-]+$/u.test(part)) return `${field}[${JSON.stringify(part)}]`;
		return field === "" ? part : `${field}.${part}`;
	}, "");
}

function isStructure(value: Value): boolean {
	return typeof value === "object" && value !== null;
}

function isText(value: Value): boolean {
	return typeof value === "string" && value.includes("\n");
}

/** A value as text: strings as they are, structures as indented JSON. */
export function valueText(value: Value): string | undefined {
	if (value === undefined) return undefined;
	if (typeof value === "string") return value;
	return JSON.stringify(value, null, 2);
}

/** A SHA-256 by its beginning: nobody compares more by eye. */
function shortDigest(text: string | undefined): string | undefined {
	return text !== undefined && /^[0-9a-f]{64}$/u.test(text) ? `${text.slice(0, 12)}…` : text;
}

function bytesOf(base64: string): number {
	return Math.floor((base64.length * 3) / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
}

/** Chooses how a difference is best read. */
export function presentDifference(difference: Difference): Presented {
	const { path, before, after } = difference;
	const field = fieldOf(path);
	// A digest of everything that a Process runs: the files themselves are Changes of their own.
	if (path === "/spec/inputs" && before !== undefined && after !== undefined)
		return { as: "note", field, text: "What it runs changed, so it restarts." };
	if (path.endsWith("/contentBase64")) {
		const size = (value: Value): number | undefined => (typeof value === "string" ? bytesOf(value) : undefined);
		return { as: "binary", field, before: size(before), after: size(after) };
	}
	const content =
		path === "/spec/content" && (typeof before === "string" || typeof after === "string") && before !== "***" && after !== "***";
	if (content || isText(before) || isText(after) || isStructure(before) || isStructure(after)) {
		return { as: "lines", field, lines: diffLines(valueText(before) ?? "", valueText(after) ?? "") };
	}
	return { as: "values", field, before: shortDigest(valueText(before)), after: shortDigest(valueText(after)) };
}

const loudness: readonly ChangeView["action"][] = ["delete", "replace", "create", "update", "skip", "unchanged"];

/** Changes with what cannot be undone first; within an action they stay in the order of the plan. */
export function orderChanges(changes: readonly ChangeView[]): readonly ChangeView[] {
	return changes.toSorted((a, b) => loudness.indexOf(a.action) - loudness.indexOf(b.action));
}

/** How many Changes of each action there are, loudest first, without those that are none. */
export function countActions(changes: readonly ChangeView[]): readonly (readonly [ChangeView["action"], number])[] {
	return loudness
		.map((action) => [action, changes.filter((change) => change.action === action).length] as const)
		.filter(([, count]) => count > 0);
}
