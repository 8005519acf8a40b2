import { describe, expect, it } from "vitest";
import { renderFiles } from "./fixture.ts";

const object = (apiVersion: string, kind: string, more: object = {}, namespace?: string): string =>
	JSON.stringify({ apiVersion, kind, metadata: { name: "a", ...(namespace === undefined ? {} : { namespace }) }, ...more });

async function namespaceOf(text: string, ...others: readonly string[]): Promise<string | undefined> {
	const files = Object.fromEntries([text, ...others].map((content, index) => [`app/${index}.json`, content]));
	const { objects } = await renderFiles(files, { target: "kubernetes", defaultNamespace: "team" });
	return objects[0]?.metadata.namespace;
}

function definition(scope: string): string {
	return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: { group: "example.com", scope, names: { kind: "Thing" } } });
}

describe("the namespace of an Object for Kubernetes", () => {
	it.each([
		["v1", "ConfigMap", "team"],
		["v1", "Namespace", undefined],
		["rbac.authorization.k8s.io/v1", "ClusterRole", undefined],
		["rbac.authorization.k8s.io/v1", "Role", "team"],
		["storage.k8s.io/v1", "StorageClass", undefined],
		["example.com/v1", "Namespace", "team"],
	])("of %s %s is %s where none is given", async (apiVersion, kind, expected) => {
		expect(await namespaceOf(object(apiVersion, kind))).toBe(expected);
	});

	it("is taken away where the kind has none", async () => {
		expect(await namespaceOf(object("rbac.authorization.k8s.io/v1", "ClusterRole", {}, "own"))).toBeUndefined();
		expect(await namespaceOf(object("v1", "ConfigMap", {}, "own"))).toBe("own");
	});

	it("is as the definition beside it says", async () => {
		const thing = object("example.com/v2", "Thing");
		expect(await namespaceOf(thing, definition("Cluster"))).toBeUndefined();
		expect(await namespaceOf(thing, definition("Namespaced"))).toBe("team");
		expect(await namespaceOf(thing, object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: null }))).toBe("team");
	});
});
