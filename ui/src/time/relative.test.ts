import { describe, expect, it } from "vitest";
import { exactTime, relativeTime, sinceText, spanText } from "./relative.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const before = (ms: number): string => new Date(now - ms).toISOString();

describe("relativeTime", () => {
	it.each([
		[0, "just now"],
		[9_000, "just now"],
		[34_000, "30 s ago"],
		[61_000, "1 min ago"],
		[59 * 60_000, "59 min ago"],
		[3 * 3_600_000, "3 h ago"],
		[47 * 3_600_000, "47 h ago"],
		[3 * 86_400_000, "3 d ago"],
		[-5 * 60_000, "in 5 min"],
		[-4_000, "just now"],
	])("says %i ms ago as %s", (ms, text) => {
		expect(relativeTime(before(ms), now)).toBe(text);
	});

	it("is empty for what is no time", () => {
		expect(relativeTime("soon", now)).toBe("");
	});
});

describe("spans", () => {
	it("names the largest unit", () => {
		expect([250, 4_200, 200_000, 7_300_000, 400_000_000].map(spanText)).toEqual(["250 ms", "4 s", "3 min", "2 h", "4 d"]);
	});

	it("never goes below zero when clocks differ", () => {
		expect(sinceText(before(-60_000), now)).toBe("a moment");
		expect(sinceText(before(120_000), now)).toBe("2 min");
	});

	it("keeps what it cannot read", () => {
		expect(exactTime("unknown")).toBe("unknown");
		expect(exactTime(before(0))).toContain("2026");
	});
});
