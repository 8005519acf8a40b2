import { describe, expect, it } from "vitest";
import type { ChangeView } from "../../../src/core/views/common.ts";
import { countActions, fieldOf, orderChanges, presentDifference } from "./presentation.ts";

const change = (key: string, action: ChangeView["action"]): ChangeView => ({ key, action, wave: 0, differences: [] });

it("writes pointers as fields", () => {
	expect(["/spec/content", "/spec/ports/0/port", "/metadata/annotations/a.b~1c", ""].map(fieldOf)).toEqual([
		"spec.content",
		"spec.ports[0].port",
		'metadata.annotations["a.b/c"]',
		"",
	]);
});

describe("presentDifference", () => {
	it("compares texts and structures by line", () => {
		expect(presentDifference({ path: "/spec/content", before: "a", after: "b" }).as).toBe("lines");
		expect(presentDifference({ path: "/spec/env", before: { A: "1" }, after: { A: "2" } })).toMatchObject({
			as: "lines",
			lines: [{ text: "{" }, { type: "removed" }, { type: "added" }, { text: "}" }],
		});
	});

	it("shows short values side by side and keeps absent ones absent", () => {
		expect(presentDifference({ path: "/spec/mode", after: "0600" })).toEqual({
			as: "values",
			field: "spec.mode",
			before: undefined,
			after: "0600",
		});
		expect(presentDifference({ path: "/spec/replicas", before: 2, after: null })).toEqual({
			as: "values",
			field: "spec.replicas",
			before: "2",
			after: "null",
		});
	});

	it("leaves secrets as stars", () => {
		expect(presentDifference({ path: "/spec/content", before: "***", after: "***" })).toEqual({
			as: "values",
			field: "spec.content",
			before: "***",
			after: "***",
		});
	});

	it("says in words that a process restarts, and shortens digests", () => {
		expect(presentDifference({ path: "/spec/inputs", before: "a".repeat(64), after: "b".repeat(64) }).as).toBe("note");
		expect(presentDifference({ path: "/spec/sha256", after: "b".repeat(64) })).toMatchObject({ after: `${"b".repeat(12)}…` });
	});

	it("tells only the size of binary content", () => {
		expect(presentDifference({ path: "/spec/contentBase64", before: btoa("four"), after: btoa("three") })).toEqual({
			as: "binary",
			field: "spec.contentBase64",
			before: 4,
			after: 5,
		});
	});
});

describe("changes", () => {
	const changes = [change("a", "create"), change("b", "update"), change("c", "delete"), change("d", "create"), change("e", "replace")];

	it("puts deletions first and keeps the plan's order within", () => {
		expect(orderChanges(changes).map(({ key }) => key)).toEqual(["c", "e", "a", "d", "b"]);
	});

	it("counts by action", () => {
		expect(countActions(changes)).toEqual([
			["delete", 1],
			["replace", 1],
			["create", 2],
			["update", 1],
		]);
	});
});
