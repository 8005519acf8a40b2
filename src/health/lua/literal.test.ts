import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { luaLiteral } from "./literal.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await createSandbox();
});

/** Lua's own view of obj, in an order that does not depend on it. */
const show = `
local function show(v)
	if type(v) ~= "table" then return type(v) .. ":" .. tostring(v) end
	local parts = {}
	for key, item in pairs(v) do table.insert(parts, type(key) .. ":" .. tostring(key) .. "=" .. show(item)) end
	table.sort(parts)
	return "{" .. table.concat(parts, ";") .. "}"
end
return { status = "Healthy", message = show(obj.v) }`;

function shown(value: unknown): string {
	if (value === null) return "nil:nil";
	if (typeof value === "string") return `string:${value}`;
	if (typeof value === "number" || typeof value === "boolean") return `${typeof value}:${value}`;
	if (typeof value !== "object") return "nil:nil";
	const entries = Array.isArray(value)
		? value.filter((item) => item !== null).map((item, index) => `number:${index + 1}=${shown(item)}`)
		: Object.entries(value)
				.filter(([, item]) => item !== null)
				.map(([key, item]) => `string:${key}=${shown(item)}`);
	const bytes = (text: string): Buffer => Buffer.from(text);
	return `{${entries.sort((a, b) => Buffer.compare(bytes(a), bytes(b))).join(";")}}`;
}

describe("luaLiteral", () => {
	it("gives any JSON to Lua as it is", () => {
		const text = fc.string({ unit: fc.constantFrom("a", "\\", '"', "'", "\n", "\r", "]", "[", "%", "é", "😀", "{", "$", "\t") });
		const leaf = fc.oneof(text, fc.boolean(), fc.constant(null), fc.integer(), fc.constantFrom(0.5, -1.25, 1e100));
		const json = fc.letrec((tie) => ({
			value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value")), fc.dictionary(text, tie("value"))),
		})).value;
		fc.assert(
			fc.property(json, (value) => {
				const answer = sandbox.run(show, { v: value });
				expect(answer).toMatchObject({ ok: true, message: shown(value) });
			}),
			{ numRuns: 60 },
		);
	});

	it.each<readonly [unknown, string]>([
		[3, "3"],
		[-0, "0"],
		[2.5, "2.5"],
		[1e300, "1e+300"],
		[2 ** 60, "1152921504606847000.0"],
		[{ a: null, b: undefined }, "{}"],
		[[null, 1], "{1}"],
		["a\0b", '"a\\000b"'],
	])("%j is %s", (value, expected) => {
		expect(luaLiteral(value)).toBe(expected);
	});
});
