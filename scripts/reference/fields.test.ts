import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fieldsOf } from "./fields.ts";
import { referencePages } from "./pages.ts";
import { type JsonSchema, referenceKinds } from "./schemas.ts";

const fields = (schema: z.ZodType): readonly string[] =>
	fieldsOf(z.toJSONSchema(schema, { io: "input" }) as JsonSchema).map(
		(field) =>
			`${field.name}: ${field.type}${field.required ? " (required)" : ""}${field.default === undefined ? "" : ` = ${field.default}`}`,
	);

describe("fieldsOf", () => {
	it("has a row for each field, parents first", () => {
		const schema = z.strictObject({
			name: z.string(),
			mode: z.enum(["a", "b"]).default("a"),
			count: z.int().min(0).max(10).optional(),
			items: z.array(z.strictObject({ x: z.boolean() })).default([]),
			labels: z.record(z.string(), z.string()).optional(),
			either: z.union([z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })]),
		});
		expect(fields(schema)).toEqual([
			"name: text (required)",
			'mode: "a" or "b" = "a"',
			"count: whole number, 0 to 10",
			"items: list of maps = []",
			"items[].x: true or false (required)",
			"labels: map to text",
			"either: map (required)",
			"either.file: text",
			"either.env: text",
		]);
	});
});

describe("referencePages", () => {
	it("has a page and a schema for every kind, and a schema for all", () => {
		const kinds = referenceKinds();
		const pages = referencePages(kinds);
		expect(kinds.map(({ kind }) => kind)).toEqual(
			expect.arrayContaining(["Repository", "Environment", "Application", "Project", "Overlay", "File", "Process"]),
		);
		for (const { kind } of kinds) {
			expect(pages.get(`${kind.toLowerCase()}.md`)).toContain(`kind: ${kind}`);
			expect(JSON.parse(pages.get(`schema/${kind.toLowerCase()}.json`) ?? "")).toMatchObject({
				type: "object",
				additionalProperties: false,
			});
		}
		expect(JSON.parse(pages.get("schema/gitward.json") ?? "")).toMatchObject({ anyOf: expect.any(Array) });
	});

	it("describes every field at the top of a spec", () => {
		const silent = referenceKinds().flatMap(({ kind, schema }) =>
			fieldsOf(schema)
				.filter(({ name, description }) => /^spec\.\w+$/u.test(name) && description === "")
				.map(({ name }) => `${kind} ${name}`),
		);
		expect(silent).toEqual([]);
	});
});
