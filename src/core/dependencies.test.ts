import fc from "fast-check";
import { expect, it } from "vitest";
import { findCycle } from "./dependencies.ts";

it("finds a circle and names it whole", () => {
	const graph = (edges: Record<string, string[]>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(edges));
	expect(findCycle(graph({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
	expect(findCycle(graph({ a: ["a"] }))).toEqual(["a", "a"]);
	expect(findCycle(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toBeUndefined();
	const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
	expect(findCycle(graph(chain))).toBeUndefined();
});

it("finds a circle just where names cannot be put in an order, and names real edges", () => {
	const names = ["a", "b", "c", "d", "e"];
	const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 10 });
	fc.assert(
		fc.property(edges, (pairs) => {
			const graph = new Map(names.map((name) => [name, pairs.filter(([from]) => from === name).map(([, to]) => to)]));
			const left = new Map(graph);
			for (let before = -1; before !== left.size; ) {
				before = left.size;
				for (const [name, next] of left) if (next.every((other) => !left.has(other))) left.delete(name);
			}
			const cycle = findCycle(graph);
			expect(cycle === undefined).toBe(left.size === 0);
			for (let index = 1; index < (cycle?.length ?? 0); index += 1) {
				expect(graph.get(cycle?.[index - 1] ?? "")).toContain(cycle?.[index]);
			}
			expect(cycle?.[0]).toBe(cycle?.at(-1));
		}),
	);
});
