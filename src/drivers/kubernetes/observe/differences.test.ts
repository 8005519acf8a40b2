import { expect, it } from "vitest";
import { differencesOf, wholeObject } from "./differences.ts";

it("tells fields as JSON pointers, without what the server keeps by itself", () => {
	const before = {
		metadata: { resourceVersion: "1", generation: 1, managedFields: [], labels: { "a/b": "1", "c~d": "1" } },
		spec: { kept: [1], gone: true },
	};
	const after = {
		metadata: { resourceVersion: "2", generation: 2, managedFields: [{}], labels: { "a/b": "2", "c~d": "2" } },
		spec: { kept: [1], come: null },
	};
	expect(differencesOf(before, after, false)).toEqual([
		{ path: "/metadata/labels/a~1b", before: "1", after: "2" },
		{ path: "/metadata/labels/c~0d", before: "1", after: "2" },
		{ path: "/spec/gone", before: true },
		{ path: "/spec/come", after: null },
	]);
});

it("compares lists whose entries have names by these, and others by place", () => {
	const a = { name: "a", image: "a:1" };
	const b = { name: "b", image: "b:1" };
	expect(differencesOf({ containers: [a, b] }, { containers: [{ ...b, image: "b:2" }, a] }, false)).toEqual([
		{ path: "/containers/0/image", before: "b:1", after: "b:2" },
	]);
	expect(differencesOf({ containers: [a, b] }, { containers: [b] }, false)).toEqual([{ path: "/containers/0", before: a }]);
	expect(differencesOf({ args: ["x", "y"] }, { args: ["x", "z"] }, false)).toEqual([{ path: "/args/1", before: "y", after: "z" }]);
	expect(differencesOf({ args: ["x"] }, { args: ["x", "z"] }, false)).toEqual([{ path: "/args", before: ["x"], after: ["x", "z"] }]);
	expect(differencesOf({ ports: [{ port: 1 }, { port: 1 }] }, { ports: [{ port: 1 }, { port: 2 }] }, false)).toEqual([
		{ path: "/ports/1/port", before: 1, after: 2 },
	]);
});

it("masks every value of a Secret, also where a client-side apply kept it", () => {
	const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
	const secret = (value: string | undefined): Readonly<Record<string, unknown>> => ({
		metadata: { name: "keys", annotations: { [lastApplied]: JSON.stringify({ data: { key: value } }), note: "plain" } },
		...(value === undefined ? {} : { data: { key: value }, stringData: { other: value } }),
	});
	const told = [
		...differencesOf(secret("hush-one"), secret("hush-two"), true),
		...differencesOf(secret(undefined), secret("hush-two"), true),
		...wholeObject(secret("hush-one"), true),
	];
	expect(JSON.stringify(told)).not.toContain("hush");
	expect(told).toContainEqual({ path: "/data/key", before: "***", after: "***" });
	expect(told).toContainEqual({ path: "/data", after: { key: "***" } });
	expect(JSON.stringify(told)).toContain("plain");
});

it("cuts what nobody reads", () => {
	const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]));
	expect(differencesOf({}, many, false)).toHaveLength(200);
	expect(JSON.stringify(differencesOf({ a: "" }, { a: "x".repeat(100_000) }, false)).length).toBeLessThan(5000);
});
