import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../core/app-error.ts";
import { type GitEntry, parseTree } from "./tree-object.ts";

const modes: Readonly<Record<string, Omit<GitEntry, "oid">>> = {
	"40000": { type: "folder", executable: false },
	"100644": { type: "file", executable: false },
	"100755": { type: "file", executable: true },
	"120000": { type: "link", executable: false },
	"160000": { type: "submodule", executable: false },
};

function encode(entries: readonly (readonly [mode: string, name: string, oid: Uint8Array])[]): Buffer {
	return Buffer.concat(entries.flatMap(([mode, name, oid]) => [Buffer.from(`${mode} ${name}\0`), oid]));
}

const name = fc
	.string({ unit: "grapheme", minLength: 1 })
	.filter((text) => !/[/\0]/u.test(text) && text !== "." && text !== ".." && Buffer.from(text).toString() === text);

describe("parseTree", () => {
	it.each([20, 32] as const)("reads back what was written, with oids of %i bytes", (oidBytes) => {
		const entry = fc.tuple(fc.constantFrom(...Object.keys(modes)), name, fc.uint8Array({ minLength: oidBytes, maxLength: oidBytes }));
		fc.assert(
			fc.property(fc.uniqueArray(entry, { selector: ([, text]) => text }), (entries) => {
				const expected = entries.map(([mode, text, oid]) => [text, { ...modes[mode], oid: Buffer.from(oid).toString("hex") }]);
				expect([...parseTree(encode(entries), oidBytes)]).toEqual(expected);
			}),
		);
	});

	it("throws only its own error on any bytes, and never reads past the end", () => {
		const noise = fc.oneof(
			fc.uint8Array(),
			fc
				.tuple(fc.constantFrom("40000 a\0", "100644 ../x\0", "100644 ", "9 a\0", "100644 a"), fc.uint8Array({ maxLength: 30 }))
				.map(([head, rest]) => Buffer.concat([Buffer.from(head), rest])),
		);
		fc.assert(
			fc.property(noise, (bytes) => {
				try {
					for (const [text, entry] of parseTree(Buffer.from(bytes), 20)) {
						expect(text).not.toMatch(/^$|^\.\.?$|\//u);
						expect(entry.oid).toHaveLength(40);
					}
				} catch (error) {
					expect(error).toBeInstanceOf(AppError);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	it.each(["..", ".", "", "a/b"])("refuses an entry named %j", (text) => {
		expect(() => parseTree(encode([["100644", text, new Uint8Array(20)]]), 20)).toThrow(/is named/u);
	});

	it("takes modes with a leading zero, as old tools wrote them", () => {
		expect(parseTree(encode([["040000", "old", new Uint8Array(20)]]), 20).get("old")?.type).toBe("folder");
	});
});
