import { describe, expect, it } from "vitest";
import type { Change } from "./change.ts";
import { type Fight, fightOn, isFutile } from "./fight.ts";

function change(manager?: string): Change {
	const ref = { group: "apps", kind: "Deployment", namespace: "shop", name: "web" };
	const difference = { path: "/spec/replicas", before: 5, after: 2, ...(manager === undefined ? {} : { manager }) };
	return { key: "Deployment.apps/shop/web", ref, action: "update", wave: 0, differences: [difference] };
}

function rounds(count: number, everyMs: number, manager?: string): Fight {
	let fight: Fight | undefined;
	for (let round = 0; round < count; round += 1) fight = fightOn(fight, change(manager), round * everyMs);
	if (fight === undefined) throw new Error("no round");
	return fight;
}

describe("a fight", () => {
	it("is given up soon against a manager that can be named, which it names", () => {
		expect(isFutile(rounds(5, 100, "autoscaler"))).toBe(false);
		expect(isFutile(rounds(6, 100, "autoscaler"))).toBe(true);
		expect(rounds(6, 100, "autoscaler").opponent).toBe("autoscaler");
	});

	it("is given up later where nobody can be named", () => {
		expect(isFutile(rounds(20, 100))).toBe(false);
		expect(isFutile(rounds(21, 100))).toBe(true);
	});

	it("is none where repairs last", () => {
		expect(isFutile(rounds(100, 31_000, "kubectl-edit"))).toBe(false);
	});
});
