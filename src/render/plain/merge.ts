import type { MergeKeys } from "./merge-keys.ts";

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Strategic merge as users of Kubernetes know it: maps are merged, null removes, lists whose items have a merge key are merged by it,
 * other lists are replaced. `$patch: delete` removes a map or an item; `$patch: replace` puts the patch in place of what was there.
 * Gives undefined where the whole value goes.
 */
export function strategicMerge(base: unknown, patch: unknown, keys: MergeKeys, field = ""): unknown {
	if (Array.isArray(patch)) return mergeLists(Array.isArray(base) ? base : [], patch, keys, field);
	if (!isMap(patch)) return patch;
	const { $patch, ...fields } = patch;
	if ($patch === "delete") return undefined;
	if ($patch !== undefined && $patch !== "replace" && $patch !== "merge")
		throw new Error(`$patch is ${JSON.stringify($patch)}, but delete, replace or merge is expected`);
	const merged = new Map(isMap(base) && $patch !== "replace" ? Object.entries(base) : []);
	for (const [key, value] of Object.entries(fields)) {
		const result = value === null ? undefined : strategicMerge(merged.get(key), value, keys, key);
		if (result === undefined) merged.delete(key);
		else merged.set(key, result);
	}
	return Object.fromEntries(merged);
}

function mergeLists(base: readonly unknown[], patch: readonly unknown[], keys: MergeKeys, field: string): readonly unknown[] {
	const isWhole = patch.some((item) => isMap(item) && item.$patch === "replace" && Object.keys(item).length === 1);
	const items = patch.filter((item) => !(isMap(item) && item.$patch === "replace" && Object.keys(item).length === 1));
	const key = isWhole ? undefined : keyFor(base, items, keys[field] ?? []);
	const clean = (item: unknown): unknown => strategicMerge(undefined, item, keys, field);
	if (key === undefined) return items.map(clean).filter((item) => item !== undefined);
	const result = [...base];
	const places = new Map<unknown, number[]>();
	const note = (item: unknown, index: number): void => {
		const value = (item as Fields)[key];
		const known = places.get(value);
		if (known === undefined) places.set(value, [index]);
		else known.push(index);
	};
	base.forEach(note);
	for (const item of items as readonly Fields[]) {
		const index = places.get(item[key])?.[0];
		const merged = strategicMerge(index === undefined ? undefined : result[index], item, keys, field);
		if (index === undefined) {
			if (merged !== undefined) note(merged, result.push(merged) - 1);
			continue;
		}
		result[index] = merged;
		if (merged === undefined) places.get(item[key])?.shift();
	}
	return result.filter((item) => item !== undefined);
}

function keyFor(base: readonly unknown[], patch: readonly unknown[], keys: readonly string[]): string | undefined {
	const items = [...base, ...patch];
	return keys.find((key) => items.every((item) => isMap(item) && item[key] !== undefined && item[key] !== null));
}
