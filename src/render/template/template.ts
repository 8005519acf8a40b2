import type { AppError } from "../../core/app-error.ts";
import { nearest } from "../../core/documents/nearest.ts";
import type { Json } from "../../core/object.ts";
import { isCheap } from "../../lib/cel/cost.ts";
import { celVariables, evaluate, failed, parseExpression } from "../../lib/cel/evaluate.ts";
import type { ExpressionRunner } from "../../lib/cel/expression-runner.ts";
import type { Outcome } from "../../lib/cel/values.ts";
import { invalidAt } from "../located.ts";
import type { Manifest } from "../plain/manifests.ts";
import { weightOf } from "../weight.ts";
import type { TemplateScope } from "./scope.ts";
import { type Part, splitTemplate } from "./split.ts";

/** Evaluates the templates of a manifest: `${{ CEL }}` in any scalar. Throws `invalid` with the place of the expression. */
export type Template = (manifest: Manifest, options: { readonly signal?: AbortSignal }) => Promise<unknown>;

/** Most that the expressions of one manifest, and of all, expand to. */
const maxGrowth = 8 * 1024 * 1024;
const maxGrowthOfAll = 64 * 1024 * 1024;
/** Most characters of values that expressions look at on the main thread: each may look at all of them. */
const maxLooks = 16 * 1024 * 1024;
/** Manifests with expressions that had to be evaluated apart, and failed. */
const maxFailedRuns = 5;

type Path = readonly PropertyKey[];

/** A template with its names. An expression is evaluated once, however often it is used. */
export function createTemplate(scope: TemplateScope, runner: ExpressionRunner): Template {
	const { values, application, environment } = scope;
	const named = { values, application, environment };
	const variables = celVariables(named);
	const known = new Map<string, Outcome>();
	const weight = weightOf(values, maxLooks);
	let looks = 0;
	let growthOfAll = 0;
	let failedRuns = 0;

	/** Evaluates what is cheap here, and the rest apart. */
	async function prepare(manifest: Manifest, expressions: ReadonlySet<string>, options: { readonly signal?: AbortSignal }): Promise<void> {
		const costly: string[] = [];
		for (const expression of expressions) {
			if (known.has(expression)) continue;
			try {
				const parsed = parseExpression(expression, named);
				if (looks + weight <= maxLooks && isCheap(parsed.ast)) {
					looks += weight;
					known.set(expression, evaluate(parsed, variables));
				} else costly.push(expression);
			} catch (error) {
				known.set(expression, failed(error));
			}
		}
		if (costly.length === 0) return;
		const outcomes = await runner.run({ variables: named, expressions: costly }, options);
		for (const [index, expression] of costly.entries())
			known.set(expression, outcomes[index] ?? { ok: false, message: "it was not evaluated" });
		failedRuns += outcomes.every(({ ok }) => ok) ? 0 : 1;
		// Others wait in line for the same thread: a file that cannot be evaluated may be content, many are not.
		if (failedRuns > maxFailedRuns)
			throw invalidAt(manifest.place([]), `is one of more than ${maxFailedRuns} files whose templates cannot be evaluated`, "TooMuch");
	}

	return async (manifest, options) => {
		const scalars = new Map<string, readonly Part[]>();
		eachString(manifest.value, [], (scalar, path) => {
			if (!scalar.includes("${{") || scalars.has(scalar)) return;
			const parts = splitTemplate(scalar);
			if (parts === undefined)
				throw invalidAt(
					manifest.find(path, "${{"),
					"a ${{ is not closed by }}",
					"TemplateInvalid",
					"Close it, or write ${{ '${{' }} for these characters themselves.",
				);
			scalars.set(scalar, parts);
		});
		if (scalars.size === 0) return manifest.value;
		await prepare(
			manifest,
			new Set([...scalars.values()].flatMap((parts) => parts.flatMap((part) => ("expression" in part ? [part.expression] : [])))),
			options,
		);

		let growth = 0;
		const valueOf = (expression: string, path: Path): Json => {
			const outcome = known.get(expression);
			if (outcome?.ok !== true) throw refused(expression, outcome, scope, manifest, path);
			growth += outcome.size;
			if (growth > maxGrowth)
				throw invalidAt(manifest.place(path), "expands, with the expressions before it, to more than 8 MiB", "TemplateInvalid");
			growthOfAll += outcome.size;
			if (growthOfAll > maxGrowthOfAll)
				throw invalidAt(manifest.place(path), "expands, with those of other files, to more than 64 MiB", "TooMuch");
			return outcome.value;
		};
		const fill = (scalar: string, path: Path): Json => {
			const parts = scalars.get(scalar);
			if (parts === undefined) return scalar;
			const [first] = parts;
			if (parts.length === 1 && first !== undefined && "expression" in first) return valueOf(first.expression, path);
			return parts
				.map((part) => ("text" in part ? part.text : asText(valueOf(part.expression, path), part.expression, manifest, path)))
				.join("");
		};
		return mapStrings(manifest.value, [], fill);
	};
}

function asText(value: Json, expression: string, manifest: Manifest, path: Path): string {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	const what = value === null ? "null" : Array.isArray(value) ? "a list" : "a map";
	throw invalidAt(
		manifest.find(path, expression),
		`\${{ ${expression} }} gives ${what}, which cannot stand within text`,
		"TemplateInvalid",
		"Let it be the whole value, or use toJson().",
	);
}

function refused(expression: string, outcome: Outcome | undefined, scope: TemplateScope, manifest: Manifest, path: Path): AppError {
	const { message, at } = outcome?.ok === false ? outcome : { message: "it was not evaluated", at: undefined };
	const place = manifest.find(path, expression);
	const exact =
		at === undefined || place.column === undefined || !place.quote?.includes(expression) ? place : { ...place, column: place.column + at };
	return invalidAt(exact, `\${{ ${expression} }} cannot be evaluated: ${message}`, "TemplateInvalid", hintFor(expression, at ?? 0, scope));
}

/** The names that are known where an expression went wrong, and the nearest of them. */
function hintFor(expression: string, at: number, { values }: TemplateScope): string {
	const names = /(?<path>[A-Za-z_][\w.]*)\.$/u.exec(expression.slice(0, at))?.groups?.path?.split(".") ?? [];
	const word = /^\w+/u.exec(expression.slice(at))?.[0] ?? "";
	const parent = names.reduce<unknown>(
		(value, name) => (typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined),
		{ values },
	);
	const where = names[0] === "values" && typeof parent === "object" && parent !== null ? names.join(".") : undefined;
	const candidates = where === undefined ? ["values", "application", "environment"] : Object.keys(parent as object);
	const near = candidates.includes(word) ? undefined : nearest(word, candidates);
	const list = `${where === undefined ? "There are" : `${where} has`} ${candidates.length === 0 ? "no values" : candidates.slice(0, 20).join(", ")}.`;
	return near === undefined || word === "" ? list : `Did you mean ${near}? ${list}`;
}

function eachString(value: unknown, path: Path, visit: (text: string, path: Path) => void): void {
	if (typeof value === "string") visit(value, path);
	else if (Array.isArray(value)) value.forEach((item, index) => eachString(item, [...path, index], visit));
	else if (typeof value === "object" && value !== null)
		for (const [key, item] of Object.entries(value)) eachString(item, [...path, key], visit);
}

function mapStrings(value: unknown, path: Path, change: (text: string, path: Path) => unknown): unknown {
	if (typeof value === "string") return change(value, path);
	if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, [...path, index], change));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, [...path, key], change)]));
}
