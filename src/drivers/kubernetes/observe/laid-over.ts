import { entryKey } from "./differences.ts";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The live value with the desired one laid over it, near to what an apply makes of the two: what is not desired stays, entries of lists
 * that have keys are merged by these, others by their place where there are as many of them.
 */
export function laidOver(live: unknown, desired: unknown): unknown {
	// Nothing is said of it: the server has put its default there.
	if (desired === null) return live;
	if (isFields(live) && isFields(desired)) {
		const result: Record<string, unknown> = { ...live };
		for (const [key, value] of Object.entries(desired)) result[key] = laidOver(live[key], value);
		return result;
	}
	if (!Array.isArray(live) || !Array.isArray(desired)) return desired;
	const key = entryKey(live, desired);
	if (key === undefined) return live.length === desired.length ? desired.map((entry, index) => laidOver(live[index], entry)) : desired;
	const rest = new Map((desired as readonly Fields[]).map((entry) => [entry[key], entry]));
	const merged = (live as readonly Fields[]).map((entry) => {
		const wanted = rest.get(entry[key]);
		rest.delete(entry[key]);
		return wanted === undefined ? entry : laidOver(entry, wanted);
	});
	return [...merged, ...rest.values()];
}
