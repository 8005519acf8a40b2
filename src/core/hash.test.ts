import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, hashObject, hashValue } from "./hash.ts";

/** The same value with the keys of each map in another order. */
function shuffled(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(shuffled);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.toReversed()
			.map(([key, item]) => [key, shuffled(item)]),
	);
}

it("hashes equal values the same, however their keys stand, and others differently", () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			expect(hashValue(shuffled(value))).toBe(hashValue(value));
			expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
		}),
	);
	expect(hashValue({ a: 1 })).not.toBe(hashValue({ a: "1" }));
	expect(hashValue([1, [2]])).not.toBe(hashValue([[1], 2]));
	expect(hashValue({ a: 1, b: undefined })).toBe(hashValue({ a: 1 }));
});

it("gives a digest that later versions must repeat, as it stands in stores", () => {
	const object = { apiVersion: "v1", kind: "X", metadata: { name: "a" }, spec: { text: "ü", list: [1, true, null] } };
	expect(canonicalJson(object)).toBe('{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"spec":{"list":[1,true,null],"text":"ü"}}');
	expect(hashObject(object)).toBe(hashValue(object));
});
