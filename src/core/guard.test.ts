import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "./change.ts";
import { guardDeletion } from "./guard.ts";
import { parseKey } from "./object.ts";
import { makePlan } from "./plan.ts";

/** A plan that deletes `count` Objects and lets `released` others go. */
function deleting(count: number, released = 0): Plan {
	const owned = Array.from({ length: count + released }, (_, index) => {
		const key = `File.host.gitward.dev/shop/o${index}`;
		return { key, ref: parseKey(key), created: index < count };
	});
	return makePlan({ application: "shop", desired: [], observations: [], owned, prune: true });
}

describe("guardDeletion", () => {
	it("lets a share up to the limit pass and stops what is above it, and always all", () => {
		expect(guardDeletion({ plan: deleting(3), inventorySize: 10, maxDeletePercent: 30 })).toEqual({ allowed: true });
		expect(guardDeletion({ plan: deleting(4), inventorySize: 10, maxDeletePercent: 30 }).allowed).toBe(false);
		expect(guardDeletion({ plan: deleting(1), inventorySize: 1, maxDeletePercent: 100 }).allowed).toBe(false);
		expect(guardDeletion({ plan: deleting(9), inventorySize: 10, maxDeletePercent: 100 }).allowed).toBe(true);
	});

	it("lets just the confirmed plan pass", () => {
		const all = deleting(2);
		const verdict = guardDeletion({ plan: all, inventorySize: 2, maxDeletePercent: 30 });
		expect(verdict).toMatchObject({ allowed: false, message: expect.stringContaining("2 of 2") });
		expect(guardDeletion({ plan: all, inventorySize: 2, maxDeletePercent: 30, confirmed: all.hash }).allowed).toBe(true);
		expect(guardDeletion({ plan: all, inventorySize: 2, maxDeletePercent: 30, confirmed: deleting(1).hash }).allowed).toBe(false);
	});

	it("stops a plan after which nothing of the Inventory is left, also where some of it is only let go", () => {
		const plan = deleting(9, 1);
		expect(guardDeletion({ plan, inventorySize: 10, maxDeletePercent: 100 })).toMatchObject({
			allowed: false,
			message: "would delete 9 of 10 objects, all that it does not let go anyway: confirm it to go on",
			confirm: plan.hash,
		});
		expect(guardDeletion({ plan, inventorySize: 11, maxDeletePercent: 100 }).allowed).toBe(true);
	});

	it("lets what deletes nothing pass", () => {
		expect(guardDeletion({ plan: deleting(0, 3), inventorySize: 3, maxDeletePercent: 0 })).toEqual({ allowed: true });
	});

	it("never lets more than the share go, or all, without a confirmation", () => {
		fc.assert(
			fc.property(fc.nat(40), fc.nat(40), fc.integer({ min: 0, max: 100 }), (deletes, others, maxDeletePercent) => {
				const inventorySize = deletes + others;
				const verdict = guardDeletion({ plan: deleting(deletes), inventorySize, maxDeletePercent });
				const held = deletes > 0 && (others === 0 || deletes / inventorySize > maxDeletePercent / 100);
				expect(verdict.allowed).toBe(!held);
			}),
		);
	});
});
