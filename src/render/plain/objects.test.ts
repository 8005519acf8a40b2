import { expect, it } from "vitest";
import { optionsOf } from "../../core/object-options.ts";
import { toObjects } from "./objects.ts";

const manifest = { file: "a.yaml", place: () => ({ file: "a.yaml" }) };

it("reads annotations and labels with nothing behind them as none", () => {
	const empty = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", annotations: null, labels: null, namespace: null } };
	const list = { apiVersion: "v1", kind: "List", items: [empty] };
	for (const value of [empty, list]) {
		const [located] = toObjects(manifest, value);
		expect(located?.object).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
		if (located !== undefined) expect(optionsOf(located.object).wave).toBe(0);
	}
});
