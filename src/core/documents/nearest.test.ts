import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const keys = ["drift", "prune", "windows", "maxDeletePercent", "sync"];

describe("nearest", () => {
	it.each([
		["drfit", "drift"],
		["drif", "drift"],
		["Drift", "drift"],
		["pruned", "prune"],
		["maxDeletePercnet", "maxDeletePercent"],
		["max_delete_percent", "maxDeletePercent"],
		["snyc", "sync"],
	])("takes %s for %s", (word, expected) => {
		expect(nearest(word, keys)).toBe(expected);
	});

	it.each(["replicas", "x", "", "a".repeat(1000)])("takes %j for none", (word) => {
		expect(nearest(word, keys)).toBeUndefined();
	});
});
