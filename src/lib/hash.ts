import { createHash } from "node:crypto";

/**
 * SHA-256 in lower-case hex over the value as JSON with sorted keys, so that two values that mean the same hash the same.
 * Keys whose value is undefined don't count, as in JSON.
 */
export function canonicalHash(value: unknown): string {
	return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** The value as JSON with the keys of every map in code-unit order. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(sorted(value)) ?? "null";
}

function sorted(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(sorted);
	if (hasToJson(value)) return sorted(value.toJSON());
	const entries = Object.entries(value);
	entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
	// Object.fromEntries would still put integer-like keys first, which is an order of its own and therefore stable too.
	return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

function hasToJson(value: object): value is { toJSON(): unknown } {
	return "toJSON" in value && typeof value.toJSON === "function";
}
