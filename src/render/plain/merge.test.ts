import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strategicMerge } from "./merge.ts";
import { mergeKeysOf } from "./merge-keys.ts";

const keys = mergeKeysOf("apps/v1");
const merge = (base: unknown, patch: unknown): unknown => strategicMerge(base, patch, keys);

/** Values without what a merge gives a meaning to: null, directives and lists with keys. */
const plain = fc.letrec((tie) => ({
	value: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()), tie("map")),
	map: fc.dictionary(
		fc.string().filter((key) => key !== "$patch" && key !== "__proto__" && !(key in keys)),
		tie("value"),
		{ noNullPrototype: true },
	),
})).map;

describe("strategicMerge", () => {
	it("merges maps, replaces lists and removes by null", () => {
		expect(merge({ a: { x: 1, y: 2 }, l: [1, 2], gone: 1 }, { a: { y: 3, z: 4 }, l: [3], gone: null })).toEqual({
			a: { x: 1, y: 3, z: 4 },
			l: [3],
		});
	});

	it("merges named lists by their key, keeps their order and appends what is new", () => {
		const base = { containers: [{ name: "a", image: "1", env: [{ name: "X", value: "1" }] }, { name: "b" }] };
		const patch = { containers: [{ name: "c" }, { name: "a", env: [{ name: "Y", value: "2" }] }] };
		expect(merge(base, patch)).toEqual({
			containers: [
				{
					name: "a",
					image: "1",
					env: [
						{ name: "X", value: "1" },
						{ name: "Y", value: "2" },
					],
				},
				{ name: "b" },
				{ name: "c" },
			],
		});
	});

	it("merges long lists without comparing each item with each", () => {
		const list = (prefix: string) => Array.from({ length: 40_000 }, (_, index) => ({ name: `${prefix}${index}` }));
		expect(merge({ volumes: list("a") }, { volumes: list("b") })).toEqual({ volumes: [...list("a"), ...list("b")] });
	});

	it("removes items, and appends what comes again behind", () => {
		const base = { volumes: [{ name: "a" }, { name: "b", x: 1 }, { name: "c" }] };
		const patch = { volumes: [{ name: "b", $patch: "delete" }, { name: "b", y: 2 }, { name: "d" }, { name: "d", z: 3 }] };
		expect(merge(base, patch)).toEqual({ volumes: [{ name: "a" }, { name: "c" }, { name: "b", y: 2 }, { name: "d", z: 3 }] });
	});

	it.each([
		["ports", { containerPort: 80, name: "a" }, { containerPort: 80, name: "b" }, [{ containerPort: 80, name: "b" }]],
		["ports", { port: 80, name: "a" }, { port: 80, name: "b" }, [{ port: 80, name: "b" }]],
		["volumeMounts", { mountPath: "/a", name: "x" }, { mountPath: "/a", readOnly: true }, [{ mountPath: "/a", name: "x", readOnly: true }]],
		["tolerations", { key: "a" }, { key: "b" }, [{ key: "b" }]],
	])("knows the key of %s", (field, before, after, expected) => {
		expect(merge({ [field]: [before] }, { [field]: [after] })).toEqual({ [field]: expected });
	});

	it("tells the ports of a Process apart by name, and replaces lists of kinds that it does not know", () => {
		const ports = { ports: [{ name: "http", port: 1 }] };
		expect(strategicMerge(ports, { ports: [{ name: "http", port: 2 }] }, mergeKeysOf("host.gitward.dev/v1"))).toEqual({
			ports: [{ name: "http", port: 2 }],
		});
		expect(strategicMerge({ env: [{ name: "a" }] }, { env: [{ name: "b" }] }, mergeKeysOf("example.com/v1"))).toEqual({
			env: [{ name: "b" }],
		});
	});

	it("does as $patch says", () => {
		expect(merge({ a: { x: 1 } }, { a: { $patch: "delete" } })).toEqual({});
		expect(merge({ a: { x: 1, y: 1 } }, { a: { $patch: "replace", y: 2 } })).toEqual({ a: { y: 2 } });
		expect(merge({ env: [{ name: "a" }, { name: "b" }] }, { env: [{ name: "a", $patch: "delete" }] })).toEqual({ env: [{ name: "b" }] });
		expect(merge({ env: [{ name: "a" }] }, { env: [{ $patch: "replace" }, { name: "b" }] })).toEqual({ env: [{ name: "b" }] });
		expect(merge({ env: [{ name: "a", value: "1" }] }, { env: [{ name: "a", $patch: "replace", x: 1 }] })).toEqual({
			env: [{ name: "a", x: 1 }],
		});
		expect(merge({}, { $patch: "delete" })).toBeUndefined();
		expect(() => merge({}, { a: { $patch: "remove" } })).toThrow("delete, replace or merge");
	});

	it("leaves no directive and no null in what is new", () => {
		expect(
			merge(
				{},
				{
					a: { b: null, c: 1 },
					env: [
						{ name: "a", $patch: "delete" },
						{ name: "b", value: null },
					],
				},
			),
		).toEqual({ a: { c: 1 }, env: [{ name: "b" }] });
	});

	it("keeps its laws", () => {
		fc.assert(
			fc.property(plain, plain, (a, b) => {
				expect(merge(a, {})).toEqual(a);
				expect(merge({}, a)).toEqual(a);
				expect(merge(merge(a, b), b)).toEqual(merge(a, b));
			}),
		);
		fc.assert(
			fc.property(plain, plain, (a, b) => {
				const before = structuredClone(a);
				merge(a, b);
				expect(a).toEqual(before);
			}),
		);
	});

	it("cannot reach the prototype of anything", () => {
		merge({}, JSON.parse('{"__proto__": {"polluted": true}}'));
		expect(({} as Readonly<Record<string, unknown>>).polluted).toBeUndefined();
	});
});
