import fc from "fast-check";
import { expect, it } from "vitest";
import { nextDelay } from "./backoff.ts";

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
