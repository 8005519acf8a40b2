import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile } from "./quantile.ts";
import { summarise } from "./summarise.ts";
import { formatTable } from "./table.ts";

describe("quantile", () => {
	it("is a sample with at least that share of samples at or below it", () => {
		fc.assert(
			fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0.001, max: 1, noNaN: true }), (samples, q) => {
				const value = quantile(samples, q);
				expect(samples).toContain(value);
				expect(samples.filter((sample) => sample <= value).length).toBeGreaterThanOrEqual(q * samples.length - 1e-9);
			}),
		);
	});

	it("takes the median of an odd number from the middle", () => {
		expect(quantile([9, 1, 5], 0.5)).toBe(5);
	});
});

describe("summarise", () => {
	it("compares the ratio with the target where there is a bare loop", () => {
		const figure = { name: "cold", unit: "s" as const, samples: [3], bare: 2, target: 2 };
		expect(summarise("sync", figure)).toMatchObject({ ratio: 1.5, met: true });
		expect(summarise("sync", { ...figure, samples: [5] })).toMatchObject({ ratio: 2.5, met: false });
	});

	it("holds the 99th percentile to its own target, and meets none without samples", () => {
		expect(summarise("drift", { name: "repair", unit: "ms", samples: [1, 1, 900], target: 100, targetP99: 500 }).met).toBe(false);
		expect(summarise("drift", { name: "repair", unit: "ms", samples: [], target: 100 }).met).toBe(false);
	});
});

describe("formatTable", () => {
	it("prints one aligned row for each figure", () => {
		const table = formatTable([summarise("drift", { name: "repair", unit: "ms", samples: [12, 14, 40], target: 100 })]);
		expect(table.split("\n").map((line) => line.trimEnd())).toEqual([
			"scenario  figure  n   median      p99  bare loop  ratio    target",
			"drift     repair  3  14.0 ms  40.0 ms                    ≤ 100 ms  met",
		]);
	});
});
