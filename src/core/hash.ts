import { createHash } from "node:crypto";
import { type DesiredObject, keyOf, refOf } from "./object.ts";

/** A plain value as JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
	if (value === null || value === undefined) return "null";
	if (typeof value !== "object") return JSON.stringify(value) ?? "null";
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
	const fields: string[] = [];
	for (const key of Object.keys(value).sort()) {
		const field = (value as Record<string, unknown>)[key];
		if (field !== undefined) fields.push(`${JSON.stringify(key)}:${canonicalJson(field)}`);
	}
	return `{${fields.join(",")}}`;
}

/** SHA-256 in hex over a plain value as JSON with sorted keys: equal values hash the same, however they were made. */
export function hashValue(value: unknown): string {
	return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

const known = new WeakMap<DesiredObject, string>();

/** Hash of one desired Object; remembered, as Objects never change. */
export function hashObject(object: DesiredObject): string {
	let hash = known.get(object);
	if (hash === undefined) {
		hash = hashValue(object);
		known.set(object, hash);
	}
	return hash;
}

/** Hash of a set of desired Objects, whatever their order. */
export function hashObjects(objects: readonly DesiredObject[]): string {
	return hashValue(objects.map((object) => `${keyOf(refOf(object))} ${hashObject(object)}`).sort());
}
