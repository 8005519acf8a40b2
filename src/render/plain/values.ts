import type { Json } from "../../core/object.ts";

/** Values for templates. */
export type Values = Readonly<Record<string, Json>>;

function isMap(value: unknown): value is Values {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Values with others laid over them: maps are merged, anything else is replaced. */
export function mergeValues(base: Values, over: Values): Values {
	const merged = new Map(Object.entries(base));
	for (const [key, value] of Object.entries(over)) {
		const before = merged.get(key);
		merged.set(key, isMap(before) && isMap(value) ? mergeValues(before, value) : value);
	}
	return Object.fromEntries(merged);
}
