import { expect, it } from "vitest";
import { startApi } from "../../test/api/start-api.ts";
import { contract } from "./contract.ts";
import { openApi } from "./openapi.ts";
import type { Route } from "./route.ts";

type Json = { [key: string]: Json } & Json[] & string;
const document = openApi("1.2.3") as Json;

it("has every route, with its parameters and answers", () => {
	const routes: readonly (readonly [string, Route])[] = Object.entries(contract);
	for (const [name, route] of routes) {
		const operation = document.paths?.[route.path.replaceAll(/:([a-z]+)/gu, "{$1}")]?.[route.method.toLowerCase()];
		expect(operation?.operationId).toBe(name);
		expect(operation?.summary).not.toBe("");
		const inPath = [...route.path.matchAll(/:([a-z]+)/gu)].map(([, each]) => each);
		const parameters = (operation?.parameters ?? []) as { name: string; in: string; required: boolean; schema: object }[];
		expect(parameters.filter((each) => each.in === "path").map((each) => each.name)).toEqual(inPath);
		expect(parameters.filter((each) => each.in === "query").map((each) => each.name)).toEqual(Object.keys(route.query?.shape ?? {}));
		expect(operation?.requestBody === undefined).toBe(route.body === undefined);
		expect(Object.keys(operation?.responses ?? {})).toEqual([String(route.status), "default"]);
	}
});

it("refers only to what it holds", () => {
	const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/gu)].map(([, each]) => each ?? "");
	expect(references.length).toBeGreaterThan(40);
	for (const reference of references) {
		const found = reference
			.replace("#/", "")
			.split("/")
			.reduce<Json | undefined>((value, part) => value?.[part], document);
		expect({ reference, found: found !== undefined }).toEqual({ reference, found: true });
	}
	expect(JSON.stringify(document)).not.toContain("__shared");
	expect(document.openapi).toBe("3.1.0");
});

it("is served", async () => {
	const api = await startApi();
	const served = (await (await api.fetch("/api/v1/openapi.json")).json()) as { info: { version: string }; paths: object };
	expect(Object.keys(served.paths)).toEqual(Object.keys(document.paths ?? {}));
	await api.close();
});
