import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalHash, canonicalJson } from "./hash.ts";

function shuffled(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(shuffled);
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, item]) => [key, shuffled(item)]),
	);
}

describe("canonicalHash", () => {
	it("is SHA-256 in hex of the JSON text", () => {
		expect(canonicalHash({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	});

	it("does not depend on the order of keys", () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => canonicalHash(value) === canonicalHash(shuffled(value))));
	});

	it("tells values apart that JSON tells apart", () => {
		expect(canonicalHash({ a: 1 })).not.toBe(canonicalHash({ a: "1" }));
		expect(canonicalHash([1, 2])).not.toBe(canonicalHash([2, 1]));
		expect(canonicalHash(null)).not.toBe(canonicalHash({}));
	});

	it("leaves out keys without a value, as JSON does", () => {
		expect(canonicalJson({ b: undefined, a: [new Date(0)] })).toBe('{"a":["1970-01-01T00:00:00.000Z"]}');
	});
});
