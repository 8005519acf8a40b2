import { expect, it } from "vitest";
import type { LiveObject, ManagedFields } from "../client/client.ts";
import { withoutFields } from "./without-fields.ts";

function entry(manager: string, fieldsV1: Readonly<Record<string, unknown>>): ManagedFields {
	return { manager, operation: manager === "gitward" ? "Apply" : "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1 };
}

it("takes away what only the old manager owns, down to entries of lists", () => {
	const old = entry("kubectl", {
		"f:data": { ".": {}, "f:ours": {}, "f:old": {} },
		"f:metadata": { "f:annotations": { ".": {}, "f:old": {} } },
		"f:list": { 'k:{"name":"a"}': { ".": {}, "f:image": {}, "f:args": {} }, 'k:{"name":"b"}': { ".": {} } },
		"f:set": { 'v:"x"': {}, 'v:"y"': {} },
	});
	const gitward = entry("gitward", {
		"f:data": { "f:ours": {} },
		"f:list": { 'k:{"name":"a"}': { ".": {}, "f:image": {} } },
		"f:set": { 'v:"x"': {} },
	});
	const object = {
		apiVersion: "v1",
		kind: "Thing",
		metadata: { name: "a", uid: "1", resourceVersion: "1", annotations: { old: "1" }, managedFields: [old, gitward] },
		data: { ours: "1", old: "1", others: "1" },
		list: [{ name: "a", image: "a:1", args: [] }, { name: "b" }, { name: "c" }],
		set: ["x", "y"],
	} satisfies LiveObject;
	const after = withoutFields(object, [old]);
	expect(after).toMatchObject({ data: { ours: "1", others: "1" }, list: [{ name: "a", image: "a:1" }, { name: "c" }], set: ["x"] });
	expect(after["data"]).not.toHaveProperty("old");
	expect((after["list"] as readonly object[])[0]).not.toHaveProperty("args");
	expect(after.metadata).not.toHaveProperty("annotations");
});
