import fc from "fast-check";
import { expect, it } from "vitest";
import { createHeap } from "./heap.ts";

it("gives what a sorted list would give, however pushes and pops are mixed", () => {
	fc.assert(
		fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }))), (steps) => {
			const heap = createHeap<number>((a, b) => a < b);
			const sorted: number[] = [];
			for (const step of [...steps, ...steps.map(() => null)]) {
				if (step === null) {
					expect(heap.pop()).toBe(sorted.shift());
				} else {
					heap.push(step);
					sorted.push(step);
					sorted.sort((a, b) => a - b);
				}
			}
			expect(heap.pop()).toBeUndefined();
		}),
	);
});

it("is empty once cleared", () => {
	const heap = createHeap<number>((a, b) => a < b);
	heap.push(1);
	heap.clear();
	expect(heap.pop()).toBeUndefined();
});
