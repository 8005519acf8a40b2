import { Environment, type ParseResult } from "@marcbachmann/cel-js";
import type { JsonValue, Outcome, Variables } from "./values.ts";

const maxExpression = 4096;
const maxResult = 1024 * 1024;

/** CEL; lists and maps have a text form, which is JSON. */
const base = new Environment({
	enableOptionalTypes: true,
	homogeneousAggregateLiterals: false,
	limits: { maxAstNodes: 1000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 1000 },
}).registerFunction("toJson(dyn): string", (value: unknown) => JSON.stringify(fromCel(value)));

const maxEnvironments = 16;
const environments = new Map<string, Environment>();

/** CEL that knows the names of variables; one for each set of them. */
function environmentFor(variables: Variables): Environment {
	const types = Object.entries(variables).map(([name, value]) => [name, typeof value === "string" ? "string" : "dyn"] as const);
	const key = types.flat().join(" ");
	let environment = environments.get(key);
	if (environment === undefined) {
		if (environments.size >= maxEnvironments) environments.clear();
		environment = base.clone();
		for (const [name, type] of types) environment.registerVariable(name, type);
		environments.set(key, environment);
	}
	return environment;
}

/** Variables as CEL has them: whole numbers are integers. */
export function celVariables(variables: Variables): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toCel(value)]));
}

/** Parses an expression over such variables; throws what CEL throws, or Error where it is too long. */
export function parseExpression(expression: string, variables: Variables): ParseResult {
	if (expression.length > maxExpression) throw new Error(`the expression is longer than ${maxExpression} characters`);
	return environmentFor(variables).parse(expression);
}

/** Evaluates a parsed expression. */
export function evaluate(parsed: ParseResult, variables: Readonly<Record<string, unknown>>): Outcome {
	try {
		const value = fromCel(parsed(variables));
		const size = sizeOf(value);
		return size > maxResult ? { ok: false, message: "its result is larger than 1 MiB" } : { ok: true, value, size };
	} catch (error) {
		return failed(error);
	}
}

/** What CEL has against an expression. */
export function failed(error: unknown): Outcome {
	const { summary, range } = error as { readonly summary?: string; readonly range?: { readonly start: number } };
	const message = summary ?? (error instanceof Error ? error.message : String(error));
	return { ok: false, message: message.split("\n")[0] ?? "", ...(range === undefined ? {} : { at: range.start }) };
}

function toCel(value: JsonValue): unknown {
	if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
	if (Array.isArray(value)) return value.map((item: JsonValue) => toCel(item));
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
	return value;
}

/** The reverse of toCel; throws where a value is no JSON. */
function fromCel(value: unknown): JsonValue {
	if (typeof value === "bigint") {
		if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
			throw new Error("the number is too large: make it text with string()");
		return Number(value);
	}
	if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`${value} is no number that JSON has`);
	if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
	if (Array.isArray(value)) return value.map(fromCel);
	if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]));
	if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
	}
	throw new Error("the result is no text, number, true or false, list or map");
}

/** About the characters of a value as JSON; stops counting once it is too many. */
function sizeOf(value: JsonValue): number {
	let size = 0;
	const add = (item: JsonValue): void => {
		size += typeof item === "string" ? item.length + 2 : 4;
		if (size > maxResult || typeof item !== "object" || item === null) return;
		for (const [key, child] of Object.entries(item)) {
			size += key.length;
			add(child);
		}
	};
	add(value);
	return size;
}
