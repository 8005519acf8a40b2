import { Environment } from "@marcbachmann/cel-js";
import type { Json } from "../../core/object.ts";
import { invalidAt } from "../located.ts";
import type { Manifest } from "./manifests.ts";

/** What expressions may name. */
export interface TemplateScope {
	readonly values: Readonly<Record<string, Json>>;
	readonly application: string;
	readonly environment: string;
}

const maxExpression = 4096;
const maxResult = 1024 * 1024;

const cel = new Environment({ limits: { maxAstNodes: 1000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 1000 } })
	.registerVariable("values", "dyn")
	.registerVariable("application", "string")
	.registerVariable("environment", "string")
	.registerFunction("string(list): string", (value: unknown) => JSON.stringify(fromCel(value)))
	.registerFunction("string(map): string", (value: unknown) => JSON.stringify(fromCel(value)));

/** JSON as CEL sees it: whole numbers are integers. */
function toCel(value: Json): unknown {
	if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
	if (Array.isArray(value)) return value.map((item: Json) => toCel(item));
	if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item as Json)]));
	return value;
}

/** The reverse; throws where a value is no JSON. */
function fromCel(value: unknown): Json {
	if (typeof value === "bigint") {
		const number = Number(value);
		if (!Number.isSafeInteger(number)) throw new Error("the number is too large");
		return number;
	}
	if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
	if (Array.isArray(value)) return value.map(fromCel);
	if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]));
	if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
	}
	throw new Error("the result is no text, number, list or map");
}

interface Part {
	readonly text?: string;
	readonly expression?: string;
}

/** Splits a scalar at its `${{ … }}`; undefined where one is not closed. Texts in an expression may hold braces. */
function split(scalar: string): readonly Part[] | undefined {
	const parts: Part[] = [];
	let rest = scalar;
	for (let start = rest.indexOf("${{"); start >= 0; start = rest.indexOf("${{")) {
		if (start > 0) parts.push({ text: rest.slice(0, start) });
		const end = endOf(rest, start + 3);
		if (end < 0) return undefined;
		parts.push({ expression: rest.slice(start + 3, end).trim() });
		rest = rest.slice(end + 2);
	}
	if (rest !== "" || parts.length === 0) parts.push({ text: rest });
	return parts;
}

function endOf(text: string, from: number): number {
	let quote = "";
	for (let index = from; index < text.length; index += 1) {
		const character = text[index] ?? "";
		if (quote !== "") {
			if (character === "\\") index += 1;
			else if (character === quote) quote = "";
		} else if (character === '"' || character === "'") quote = character;
		else if (character === "}" && text[index + 1] === "}") return index;
	}
	return -1;
}

/** A function that evaluates the templates of a manifest; each expression gives what it is, or text where it stands in text. */
export function createTemplate(scope: TemplateScope): (manifest: Manifest) => unknown {
	const variables = { values: toCel(scope.values), application: scope.application, environment: scope.environment };

	function evaluate(expression: string): Json {
		if (expression.length > maxExpression) throw new Error(`the expression is longer than ${maxExpression} characters`);
		return fromCel(cel.evaluate(expression, variables));
	}

	function scalar(text: string, fail: (message: string) => Error): Json {
		const parts = split(text);
		if (parts === undefined) throw fail("a ${{ is not closed by }}");
		const evaluated = parts.map(({ text: literal, expression }): Json => {
			if (expression === undefined) return literal ?? "";
			try {
				return evaluate(expression);
			} catch (error) {
				const known = Object.keys(scope.values);
				const names = known.length === 0 ? "there are no values" : `values has ${known.slice(0, 20).join(", ")}`;
				throw fail(`\${{ ${expression} }} cannot be evaluated: ${firstLine(error)} (${names})`);
			}
		});
		if (evaluated.length === 1) return evaluated[0] ?? "";
		const result = evaluated.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join("");
		if (result.length > maxResult) throw fail("the result is larger than 1 MiB");
		return result;
	}

	return (manifest) => {
		const walk = (value: unknown, path: readonly PropertyKey[]): unknown => {
			if (typeof value === "string") {
				if (!value.includes("${{")) return value;
				return scalar(value, (message) => invalidAt(manifest.place(path), message, "TemplateInvalid", "Expressions are CEL; `values`, `application` and `environment` can be named."));
			}
			if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
			if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
			return value;
		};
		return walk(manifest.value, []);
	};
}

function firstLine(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return (message.split("\n")[0] ?? "").trim();
}
