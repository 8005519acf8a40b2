import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Cli, createCli } from "../../test/cli/run-cli.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, generation: 2}
spec: {replicas: 2}
status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 1}
`;
const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\n";
const waits = { status: "Progressing", message: "1 of 2 new replicas are available" };

describe("gitward health", () => {
	let cli: Cli;
	beforeAll(async () => {
		cli = await createCli();
		const files = {
			"object.yaml": deployment,
			"broken.yaml": "apiVersion: v1\nkind: [\n",
			"none.yaml": "# nothing\n",
			"other.yaml": `${secret}---\nkind: X\n`,
			"rule.lua": 'return { status = "Degraded", message = obj.metadata.name .. " " .. obj.spec.replicas / 2 }\n',
			"broken.lua": "local x = 1\nif x then\n",
			"endless.lua": "while true do end\n",
		};
		for (const [name, text] of Object.entries(files)) await writeFile(join(cli.home, name), text);
	});
	afterAll(() => cli.remove());

	it("answers for one Object", async () => {
		const { code, out } = await cli.run(["health", "object.yaml", "-o", "json"]);
		expect(JSON.parse(out)).toEqual(waits);
		expect(code).toBe(0);
	});

	it("answers in YAML and as a table", async () => {
		expect(parse((await cli.run(["health", "object.yaml", "-o", "yaml"])).out)).toEqual(waits);
		expect((await cli.run(["health", "object.yaml"])).out).toMatch(/^OBJECT.*\nDeployment shop\/web +Progressing +1 of 2/u);
	});

	it.each([
		["several documents", `${deployment}---\n${secret}`],
		["a list", JSON.stringify({ apiVersion: "v1", kind: "List", items: [parse(deployment), parse(secret)] })],
	])("answers for each of %s on standard input", async (_what, input) => {
		const { code, out } = await cli.run(["health", "-", "-o", "json"], { input });
		expect(JSON.parse(out)).toEqual([
			{ apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web", ...waits },
			{ apiVersion: "v1", kind: "Secret", name: "key", status: "Healthy", message: "" },
		]);
		expect(code).toBe(0);
	});

	it.each([
		["--lua", "rule.lua", { status: "Degraded", message: "web 1" }],
		["--lua", "endless.lua", { status: "Unknown", message: "The health rule failed: it takes longer than 1000 ms" }],
		["--cel", "object.status.availableReplicas == object.spec.replicas", { status: "Progressing", message: "" }],
		["--cel", "{'status': 'Healthy', 'message': object.metadata.name}", { status: "Healthy", message: "web" }],
		["--cel", "object.nothing.x", { status: "Unknown", message: expect.stringContaining("No such key") as string }],
	])("judges by %s %s", async (option, rule, expected) => {
		const { code, out } = await cli.run(["health", "object.yaml", option, rule, "-o", "json"]);
		expect(JSON.parse(out)).toEqual(expected);
		expect(code).toBe(0);
	});

	it.each([
		[["missing.yaml"], "missing.yaml cannot be read"],
		[["broken.yaml"], "broken.yaml:3"],
		[["none.yaml"], "holds no Object"],
		[["other.yaml"], "at other.yaml:5"],
		[["object.yaml", "--lua", "missing.lua"], "missing.lua cannot be read"],
		[["object.yaml", "--lua", "broken.lua"], "at broken.lua:3"],
		[["object.yaml", "--cel", "object.status =="], "at character"],
		[["object.yaml", "--cel", "true", "--lua", "rule.lua"], "cannot be used with"],
	])("refuses %j", async (args, words) => {
		const { code, out, err } = await cli.run(["health", ...args, "-o", "json"]);
		expect(err).toContain(words);
		expect(out).toBe("");
		expect(code).toBe(2);
	});
});
