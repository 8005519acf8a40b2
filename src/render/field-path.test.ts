import { expect, it } from "vitest";
import { fieldPath } from "./field-path.ts";
import { requestOf } from "./fixture.ts";
import { createRendering } from "./rendering.ts";

it.each([
	["spec.replicas", ["spec", "replicas"]],
	["spec.template.spec.containers[0].image", ["spec", "template", "spec", "containers", 0, "image"]],
	["metadata.annotations[example.com/a.b]", ["metadata", "annotations", "example.com/a.b"]],
	['metadata.labels["a.b"].c', ["metadata", "labels", "a.b", "c"]],
	["data[key with space]", ["data", "key with space"]],
	["", []],
])("reads %s", (field, path) => {
	expect(fieldPath(field)).toEqual(path);
});

it("finds the place of a field in a plain manifest, whatever namespace the target gave", async () => {
	const rendering = createRendering({ kinds: () => undefined });
	const text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels:\n    example.com/x: z\nspec:\n  ports:\n    - port: 99999\n";
	const request = requestOf({ "app/a.yaml": `---\n${text}` }, { target: "kubernetes", defaultNamespace: "x" });
	expect(await rendering.locate(request, "Service/x/a", "spec.ports[0].port")).toMatchObject({ file: "app/a.yaml", line: 10, column: 13 });
	expect(await rendering.locate(request, "Service//a", "metadata.labels[example.com/x]")).toMatchObject({ line: 7 });
	expect(await rendering.locate(request, "Service/x/a", "spec.ports[0].absent")).toMatchObject({ line: 10 });
	expect(await rendering.locate(request, "Service/x/a", undefined)).toMatchObject({ file: "app/a.yaml", line: 2 });
	expect(await rendering.locate(request, "Service/x/b", undefined)).toBeUndefined();
});
