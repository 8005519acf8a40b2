import fc from "fast-check";
import { expect, it } from "vitest";
import { nextDelay } from "./backoff.ts";
import { findCycle } from "./dependencies.ts";
import { matchesGlob } from "./glob.ts";

it("matches stars and question marks, and everything else literally", () => {
	expect(matchesGlob("shop-*", "shop-dev")).toBe(true);
	expect(matchesGlob("shop-?", "shop-dev")).toBe(false);
	expect(matchesGlob("*", "")).toBe(true);
	expect(matchesGlob("a.c", "abc")).toBe(false);
	expect(matchesGlob("**a*b", "xxaxxb")).toBe(true);
	expect(matchesGlob("*a*a*a*a*a*a*a*b", "a".repeat(5000))).toBe(false);
});

it("agrees with the regular expression that says the same", () => {
	const text = fc.stringMatching(/^[ab]{0,8}$/u);
	fc.assert(
		fc.property(fc.stringMatching(/^[ab*?]{0,6}$/u), text, (glob, given) => {
			const expected = new RegExp(`^${glob.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}$`, "u").test(given);
			expect(matchesGlob(glob, given)).toBe(expected);
		}),
	);
});

it("finds a circle and names it whole", () => {
	const graph = (edges: Record<string, string[]>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(edges));
	expect(findCycle(graph({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
	expect(findCycle(graph({ a: ["a"] }))).toEqual(["a", "a"]);
	expect(findCycle(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toBeUndefined();
	const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
	expect(findCycle(graph(chain))).toBeUndefined();
});

it("backs off between the base and the maximum, never less than half of what it should", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
			const full = Math.min(100 * 2 ** Math.min(attempt - 1, 40), 5000);
			const delay = nextDelay({ attempt, backoffMs: 100, maxBackoffMs: 5000, random });
			expect(delay).toBeGreaterThanOrEqual(full / 2);
			expect(delay).toBeLessThanOrEqual(full);
		}),
	);
});
