import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../core/object.ts";
import { createExpressionRunner, type ExpressionRunner } from "../../lib/cel/expression-runner.ts";
import { errorOf, fileYaml, renderFiles } from "../fixture.ts";
import { readManifests } from "../plain/manifests.ts";
import { createTemplate } from "./template.ts";

const runner = createExpressionRunner({ timeoutMs: 500 });

async function evaluate(scalar: string, values: Readonly<Record<string, Json>> = {}): Promise<unknown> {
	const template = createTemplate({ values, application: "shop", environment: "dev" }, runner);
	const [manifest] = readManifests("a.yaml", JSON.stringify({ a: scalar }));
	if (manifest === undefined) throw new Error("no manifest");
	return ((await template(manifest, {})) as { readonly a: unknown }).a;
}

describe("templates", () => {
	it.each<readonly [string, unknown]>([
		["plain", "plain"],
		["${{ values.n }}", 3],
		["${{ values.n + 1 }}", 4],
		["${{values.half}}", 1.5],
		["${{ values.list }}", [1, "a", null]],
		["${{ values.map }}", { k: { x: true } }],
		["${{ values.map.k.x }}", true],
		["${{ null }}", null],
		["n=${{ values.n }}, ${{ values.map.k.x }}!", "n=3, true!"],
		["${{ application }}-${{ environment }}", "shop-dev"],
		["${{ values.n > 2 ? 'big' : 'small' }}", "big"],
		["${{ has(values.none) ? 1 : 2 }}", 2],
		["${{ values.?none.orValue('d') }}", "d"],
		["${{ '}}' }}", "}}"],
		["${{ {'a': {'b': 1}} }}", { a: { b: 1 } }],
		["${{ '${{' }}", "${{"],
		["${{ toJson(values.map) }}", '{"k":{"x":true}}'],
		["x${{ toJson(values.list) }}", 'x[1,"a",null]'],
		["${{ values.list.size() }}", 3],
		["${{ [1, 2, 3].map(x, x * 2) }}", [2, 4, 6]],
		["${{ ['b', 'a'].exists(x, x == 'a') }}", true],
		["${{ 'abc'.matches('^a.c$') }}", true],
	])("makes of %j what it says", async (scalar, expected) => {
		expect(await evaluate(scalar, { n: 3, half: 1.5, list: [1, "a", null], map: { k: { x: true } } })).toEqual(expected);
	});

	it("gives back any value that it is given", async () => {
		const safe = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
		await fc.assert(
			fc.asyncProperty(safe, async (value) => {
				// JSON has no negative zero.
				const plain = JSON.parse(JSON.stringify(value)) as Json;
				expect(await evaluate("${{ values.v }}", { v: plain })).toEqual(plain);
				expect(JSON.parse(String(await evaluate("${{ toJson(values.v) }}", { v: plain })))).toEqual(plain);
			}),
		);
	});

	it("leaves any text without an expression as it is", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.string().filter((text) => !text.includes("${{")),
				async (text) => {
					expect(await evaluate(text)).toBe(text);
					expect(await evaluate(`${text}\${{ 1 }}${text}`)).toBe(text === "" ? 1 : `${text}1${text}`);
				},
			),
		);
	});

	it("refuses anything else with an error of ours", async () => {
		await fc.assert(
			fc.asyncProperty(fc.string(), async (text) => {
				await evaluate(`\${{${text}`, { a: 1 }).catch((error: unknown) =>
					expect(error).toMatchObject({ name: "AppError", kind: "invalid" }),
				);
			}),
		);
	});

	it("names file, line, column, expression, and what there is instead", async () => {
		const text = `${fileYaml("a")}---\napiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: b}\nspec:\n  content: |\n    first\n    port = \${{ values.web.prot }}\n`;
		const error = await errorOf(renderFiles({ "app/a.yaml": text }, { values: { web: { port: 1, host: "h" } } }));
		expect(error).toMatchObject({
			code: "TemplateInvalid",
			place: { file: "app/a.yaml", line: 12, column: 27, key: "spec.content", quote: "    port = ${{ values.web.prot }}" },
		});
		expect(error.message).toContain("values.web.prot");
		expect(error.hint).toBe("Did you mean port? values.web has port, host.");
	});

	it.each([
		["${{ values.a", "is not closed"],
		["x ${{ values.map }}", "gives a map"],
		["x ${{ null }}", "gives null"],
		["${{ valuez.a }}", "Unknown variable"],
		["${{ 1 + 'a' }}", "no such overload"],
		["${{ 1 / 0 }}", "division by zero"],
		["${{ 9223372036854775807 }}", "too large"],
		["${{ 1.0 / 0.0 }}", "no number that JSON has"],
		[`\${{ ${"1 + ".repeat(2000)}1 }}`, "longer than"],
		[`\${{ ${"(".repeat(500)}1${")".repeat(500)} }}`, "evaluated"],
		["${{ }}", "evaluated"],
	])("refuses %j", async (scalar, message) => {
		expect((await errorOf(evaluate(scalar, { map: {} }))).message).toContain(message);
	});

	it("is on only where values are given", async () => {
		const files = { "app/a.yaml": fileYaml("a", "${{ environment }}") };
		expect((await renderFiles(files)).objects[0]?.spec).toEqual({ content: "${{ environment }}" });
		expect((await renderFiles(files, { values: {} })).objects[0]?.spec).toEqual({ content: "dev" });
	});

	it("leaves keys alone", async () => {
		const { objects } = await renderFiles(
			{ "app/a.yaml": 'apiVersion: v1\nkind: X\nmetadata: {name: a}\ndata: {"${{ environment }}": 1}\n' },
			{ values: {}, target: "kubernetes" },
		);
		expect(objects[0]?.data).toEqual({ "${{ environment }}": 1 });
	});

	it("does not let one manifest grow beyond measure", async () => {
		const content = Array.from({ length: 20 }, (_, index) => `a${index}: \${{ values.big }}`).join("\n");
		const text = `apiVersion: v1\nkind: X\nmetadata: {name: a}\n${content}\n`;
		const error = await errorOf(renderFiles({ "app/a.yaml": text }, { values: { big: "x".repeat(1_000_000) }, target: "kubernetes" }));
		expect(error.message).toContain("8 MiB");
	});

	it("does not let many manifests grow beyond measure", async () => {
		const text = "apiVersion: v1\nkind: X\nmetadata: {name: a}\nb: x${{ values.big }}\n---\n".repeat(100);
		const error = await errorOf(renderFiles({ "app/a.yaml": text }, { values: { big: "x".repeat(1_000_000) }, target: "kubernetes" }));
		expect(error).toMatchObject({ code: "TooMuch" });
	});

	it("does not evaluate on the main thread what looks at much, many times", async () => {
		let apart = 0;
		const counting: ExpressionRunner = {
			run: async ({ expressions }) => {
				apart += expressions.length;
				return expressions.map(() => ({ ok: true, value: 1, size: 4 }));
			},
			close: async () => {},
		};
		const values = { big: "x".repeat(1024 * 1024) };
		const text = Array.from({ length: 100 }, (_, index) => `a${index}: \${{ size(toJson(values)) + ${index} }}`).join("\n");
		const [manifest] = readManifests("a.yaml", text);
		if (manifest === undefined) throw new Error("no manifest");
		await createTemplate({ values, application: "shop", environment: "dev" }, counting)(manifest, {});
		expect(apart).toBeGreaterThan(80);
	});

	it("does not hold up others with file after file that cannot be evaluated", async () => {
		const files = Array.from({ length: 20 }, (_, index): [string, string] => [
			`app/${index}.yaml`,
			fileYaml("a", `\${{ [${index}].map(x, x / 0) }}`),
		]);
		const error = await errorOf(renderFiles(Object.fromEntries(files), { values: {} }));
		expect(error).toMatchObject({ code: "TooMuch" });
	});
});
