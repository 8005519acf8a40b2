import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyJsonPatch, type JsonPatchOperation } from "./json-patch.ts";

const escape = (token: string): string => token.replaceAll("~", "~0").replaceAll("/", "~1");

/** A patch that leads from one value to another: the reverse of applying it. */
function difference(from: unknown, to: unknown, path = ""): readonly JsonPatchOperation[] {
	const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
	if (!isMap(from) || !isMap(to)) return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ op: "replace", path, value: to }];
	return [
		...Object.keys(from)
			.filter((key) => !Object.hasOwn(to, key))
			.map((key): JsonPatchOperation => ({ op: "remove", path: `${path}/${escape(key)}` })),
		...Object.entries(to).flatMap(([key, value]) => {
			const at = `${path}/${escape(key)}`;
			return Object.hasOwn(from, key) ? difference(from[key], value, at) : [{ op: "add" as const, path: at, value }];
		}),
	];
}

describe("applyJsonPatch", () => {
	// Cases of RFC 6902, appendix A.
	it.each<readonly [unknown, readonly JsonPatchOperation[], unknown]>([
		[{ foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { foo: "bar", baz: "qux" }],
		[{ foo: ["bar", "baz"] }, [{ op: "add", path: "/foo/1", value: "qux" }], { foo: ["bar", "qux", "baz"] }],
		[{ baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
		[{ foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
		[{ baz: "qux", foo: "bar" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo", foo: "bar" }],
		[
			{ foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
			[{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
			{ foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
		],
		[{ foo: ["all", "grass", "cows", "eat"] }, [{ op: "move", from: "/foo/1", path: "/foo/3" }], { foo: ["all", "cows", "eat", "grass"] }],
		[
			{ baz: "qux", foo: ["a", 2, "c"] },
			[
				{ op: "test", path: "/baz", value: "qux" },
				{ op: "test", path: "/foo/1", value: 2 },
			],
			{ baz: "qux", foo: ["a", 2, "c"] },
		],
		[{ foo: "bar" }, [{ op: "add", path: "/child", value: { grandchild: {} } }], { foo: "bar", child: { grandchild: {} } }],
		[{ "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
		[{ foo: ["bar"] }, [{ op: "add", path: "/foo/-", value: ["abc", "def"] }], { foo: ["bar", ["abc", "def"]] }],
		[{ a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
		[{ a: 1 }, [{ op: "replace", path: "", value: [1] }], [1]],
		[["a", "b"], [{ op: "replace", path: "/0", value: "c" }], ["c", "b"]],
		[{ a: 1 }, [{ op: "test", path: "", value: { a: 1 } }], { a: 1 }],
		[{ a: 1, b: 2 }, [{ op: "test", path: "", value: { b: 2, a: 1 } }], { a: 1, b: 2 }],
	])("changes %j by %j", (from, patch, to) => {
		expect(applyJsonPatch(from, patch)).toEqual(to);
	});

	it.each<readonly [unknown, JsonPatchOperation]>([
		[{ baz: "qux" }, { op: "test", path: "/baz", value: "bar" }],
		[
			{ "/": 9, "~1": 10 },
			{ op: "test", path: "/~01", value: "10" },
		],
		[{ foo: "bar" }, { op: "add", path: "/baz/bat", value: "qux" }],
		[{ foo: "bar" }, { op: "remove", path: "/nothing" }],
		[{ foo: "bar" }, { op: "replace", path: "/nothing", value: 1 }],
		[[1, 2], { op: "add", path: "/3", value: 1 }],
		[[1, 2], { op: "remove", path: "/-" }],
		[[1, 2], { op: "replace", path: "/01", value: 1 }],
		[{ a: { b: 1 } }, { op: "move", from: "/a", path: "/a/b" }],
		[{ a: 1 }, { op: "copy", from: "/b", path: "/c" }],
		[{ a: 1 }, { op: "add", path: "a", value: 1 }],
		[{ a: 1 }, { op: "remove", path: "/toString" }],
		[{ a: 1 }, { op: "add", path: "/constructor/prototype/x", value: 1 }],
	])("refuses on %j the operation %j, and changes nothing", (from, operation) => {
		const before = structuredClone(from);
		expect(() => applyJsonPatch(from, [operation])).toThrow(Error);
		expect(from).toEqual(before);
	});

	it("refuses copies of copies, which double with each operation", () => {
		const patch = Array.from({ length: 40 }, (_, index): JsonPatchOperation => ({ op: "copy", from: "", path: `/x${index}` }));
		expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow("more than 8 MiB");
	});

	it("leads by a difference from any value to any other", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
				const [from, to] = [a, b].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
				expect(applyJsonPatch(from, difference(from, to))).toEqual(to);
			}),
		);
	});
});
