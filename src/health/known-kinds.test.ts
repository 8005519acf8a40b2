import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { builtInHealth } from "./built-in.ts";
import { live } from "./fixture.ts";
import { knownKinds } from "./known-kinds.ts";

describe("known kinds", () => {
	it("are assessed whatever stands in them", () => {
		const strange: readonly unknown[] = [
			null,
			3,
			"x",
			[],
			[null],
			{},
			{ conditions: 3 },
			{ conditions: [null, 3, { type: [] }] },
			{ phase: {} },
		];
		for (const kind of knownKinds()) {
			for (const status of strange) {
				const health = builtInHealth(
					live(kind.replace("*", "Any"), { spec: status, status, metadata: { annotations: status, labels: status } }),
				);
				expect(typeof health.message).toBe("string");
			}
		}
	});

	it("of groups are all in the documentation", async () => {
		const page = await readFile(new URL("../../docs/health.md", import.meta.url), "utf8");
		const groups = knownKinds().flatMap((kind) => (kind.includes(".") ? [kind.slice(kind.indexOf(".") + 1)] : []));
		const own = /^(?:apps|batch|autoscaling|policy|extensions)$|\.k8s\.io$/u;
		const named = (group: string): boolean => {
			const [first = "", ...rest] = group.split(".");
			return page.includes(group) || (page.includes(rest.join(".")) && new RegExp(`\\b${first}\\b`, "u").test(page));
		};
		expect([...new Set(groups)].filter((group) => !own.test(group) && !named(group))).toEqual([]);
	});
});
