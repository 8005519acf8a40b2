import type { LiveObject, ManagedFields } from "../client/client.ts";

type FieldSet = Readonly<Record<string, unknown>>;
type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function below(sets: readonly FieldSet[], key: string): readonly FieldSet[] {
	return sets.flatMap((set) => (isFields(set[key]) ? [set[key]] : []));
}

/**
 * An object without the fields that only the given entries of its managedFields own: what a server-side apply does to it once these
 * entries have become the applier's, which does not want them.
 */
export function withoutFields(object: LiveObject, entries: readonly ManagedFields[]): LiveObject {
	const others = (object.metadata.managedFields ?? []).filter(
		({ manager, operation, subresource }) =>
			!entries.some(
				(entry) => entry.manager === manager && entry.operation === operation && (entry.subresource ?? "") === (subresource ?? ""),
			),
	);
	const kept = others.map(({ fieldsV1 }) => fieldsV1);
	let result: unknown = object;
	for (const { fieldsV1 } of entries) result = pruned(result, fieldsV1, kept);
	return result as LiveObject;
}

/** A value without what the set names and nobody keeps; undefined where nothing of it is left. */
function pruned(value: unknown, set: FieldSet, kept: readonly FieldSet[]): unknown {
	const keys = Object.keys(set).filter((key) => key !== ".");
	if (keys.length === 0) return kept.length > 0 ? value : undefined;
	if (Array.isArray(value)) return prunedList(value, set, keys, kept);
	if (!isFields(value)) return value;
	const result: Fields = { ...value };
	for (const key of keys) {
		const name = key.slice(2);
		if (!key.startsWith("f:") || !(name in result)) continue;
		const left = pruned(result[name], set[key] as FieldSet, below(kept, key));
		if (left === undefined) delete result[name];
		else result[name] = left;
	}
	return "." in set && kept.length === 0 && Object.keys(result).length === 0 ? undefined : result;
}

function prunedList(list: readonly unknown[], set: FieldSet, keys: readonly string[], kept: readonly FieldSet[]): unknown {
	const result = list.flatMap((entry) => {
		const key = keys.find((each) => isEntry(each, entry));
		if (key === undefined) return [entry];
		const keptBelow = below(kept, key);
		if (keptBelow.length === 0) return [];
		const left = pruned(entry, set[key] as FieldSet, keptBelow);
		return left === undefined ? [] : [left];
	});
	return result.length === 0 && list.length > 0 && kept.length === 0 ? undefined : result;
}

/** Whether a key of a field set, `k:{"name":"web"}` or `v:"a"`, names an entry of a list. */
function isEntry(key: string, entry: unknown): boolean {
	if (key.startsWith("v:")) return JSON.stringify(entry) === key.slice(2);
	if (!key.startsWith("k:") || !isFields(entry)) return false;
	const names: unknown = JSON.parse(key.slice(2));
	return isFields(names) && Object.entries(names).every(([name, value]) => entry[name] === value);
}
