import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../core/app-error.ts";
import { parseRefs, resolveRef } from "./refs.ts";

const oid = (digit: string): string => digit.repeat(40);
const output = [
	`${oid("1")} commit   refs/heads/main`,
	`${oid("2")} commit   refs/heads/--upload-pack=touch`,
	`${oid("3")} commit   refs/heads/1.x`,
	`${oid("a")} tag ${oid("4")} commit refs/tags/v1.2.0`,
	`${oid("5")} commit   refs/tags/1.10.0`,
	`${oid("6")} commit   refs/tags/v2.0.0-rc.1`,
	`${oid("b")} tag ${oid("c")} tag refs/tags/nested`,
	`${oid("d")} tag ${oid("e")} tree refs/tags/of-a-tree`,
	`${oid("f")} blob   refs/tags/of-a-file`,
	`${oid("7")} commit   refs/gitward/HEAD`,
	"",
].join("\n");
const refs = await parseRefs(output, async (each) => (each === oid("b") ? oid("8") : undefined));
const find = (ref: string): string => resolveRef(refs, ref, "shop").commit[0] ?? "";

describe("resolveRef", () => {
	it.each([
		["main", "1"],
		["refs/heads/main", "1"],
		["--upload-pack=touch", "2"],
		["1.x", "3"],
		["v1.2.0", "4"],
		["refs/tags/v1.2.0", "4"],
		["^1.2", "5"],
		[">=1 <1.5", "4"],
		["1.2", "4"],
		["*", "5"],
		["2.0.0-rc.1", "6"],
		["nested", "8"],
		["HEAD", "7"],
		[oid("9"), "9"],
	])("finds %s", (ref, digit) => {
		expect(find(ref)).toBe(digit);
	});

	it.each(["gone", "of-a-tree", "of-a-file", "^3", "refs/heads/gone", "MAIN"])("has no %s", (ref) => {
		expect(() => find(ref)).toThrow(expect.objectContaining({ code: "RefNotFound", kind: "notFound" }));
	});

	it.each(["", "a b", "a..b", "main~1", "main^", "a:b", "@{-1}", "x.lock", "a\nb", "@"])("refuses %j", (ref) => {
		if (ref === "") return expect(find("")).toBe("5");
		return expect(() => find(ref)).toThrow(expect.objectContaining({ code: "RefInvalid", kind: "invalid" }));
	});

	it("throws only its own error whatever the text", () => {
		fc.assert(
			fc.property(
				fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "^^", ">=", "x".repeat(5000))),
				(ref) => {
					try {
						expect(find(ref)).toMatch(/^[0-9a-f]$/u);
					} catch (error) {
						expect(error).toBeInstanceOf(AppError);
					}
				},
			),
			{ numRuns: 2000 },
		);
	});
});
