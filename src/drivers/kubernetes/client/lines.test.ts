import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter } from "./lines.ts";

describe("createLineSplitter", () => {
	it("gives the same lines however the bytes are cut", () => {
		fc.assert(
			fc.property(
				fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", ""))),
				fc.array(fc.nat({ max: 40 })),
				(lines, cuts) => {
					const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
					const splitter = createLineSplitter(1000);
					const seen: string[] = [];
					let start = 0;
					for (const cut of [...cuts, bytes.length]) {
						seen.push(...splitter.push(bytes.subarray(start, start + cut)));
						start += cut;
					}
					seen.push(...splitter.push(bytes.subarray(start)));
					expect(seen).toEqual(lines);
					expect(splitter.rest()).toBe("");
				},
			),
		);
	});

	it("keeps what has no end yet", () => {
		const splitter = createLineSplitter(1000);
		expect(splitter.push(Buffer.from("a\nb"))).toEqual(["a"]);
		expect(splitter.rest()).toBe("b");
	});

	it("bounds what it keeps: in pieces, or by an error", () => {
		const pieces = createLineSplitter(4);
		expect(pieces.push(Buffer.from("abc"))).toEqual([]);
		expect(pieces.push(Buffer.from("def"))).toEqual(["abcdef"]);
		expect(pieces.push(Buffer.from("g\n"))).toEqual(["g"]);
		const strict = createLineSplitter(4, () => new RangeError("too long"));
		strict.push(Buffer.from("abc"));
		expect(() => strict.push(Buffer.from("def"))).toThrow(RangeError);
	});
});
