import fc from "fast-check";
import { expect, it } from "vitest";
import { createLru } from "./lru.ts";

it("drops what was used longest ago first", () => {
	const lru = createLru<number>(2);
	lru.set("a", 1);
	lru.set("b", 2);
	lru.get("a");
	lru.set("c", 3);
	expect([lru.get("a"), lru.get("b"), lru.get("c")]).toEqual([1, undefined, 3]);
});

it("never holds more than its weight", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 12 }))), (steps) => {
			const lru = createLru<number>(10);
			for (const [key, weight] of steps) lru.set(key, weight, weight);
			const held = ["a", "b", "c", "d"].map((key) => lru.get(key) ?? 0);
			expect(held.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(10);
		}),
	);
});
