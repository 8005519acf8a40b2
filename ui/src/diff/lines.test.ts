import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countLines, diffLines, hunksOf } from "./lines.ts";

const show = (before: string, after: string): readonly string[] =>
	diffLines(before, after).map((line) => `${{ same: " ", removed: "-", added: "+" }[line.type]}${line.text}`);

describe("diffLines", () => {
	it("shows one changed line as removed, then added", () => {
		expect(show("a\nb\nc\n", "a\nB\nc\n")).toEqual([" a", "-b", "+B", " c"]);
	});

	it("finds what moved in between", () => {
		expect(show("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n")).toEqual([" a", "-b", "+x", " c", " d", "+e"]);
	});

	it("takes an empty text as no lines", () => {
		expect(show("", "a\nb")).toEqual(["+a", "+b"]);
		expect(show("a\n", "")).toEqual(["-a"]);
		expect(show("", "")).toEqual([]);
	});

	it("numbers both sides from 1", () => {
		expect(diffLines("a\nb", "b")).toEqual([
			{ type: "removed", text: "a", before: 1 },
			{ type: "same", text: "b", before: 2, after: 1 },
		]);
	});

	it("gives both texts back", () => {
		const text = fc.array(fc.constantFrom("a", "b", "c", "")).map((lines) => lines.map((line) => `${line}\n`).join(""));
		fc.assert(
			fc.property(text, text, (before, after) => {
				const lines = diffLines(before, after);
				const side = (left: "removed" | "added"): string =>
					lines
						.filter((line) => line.type !== left)
						.map((line) => `${line.text}\n`)
						.join("");
				expect(side("added")).toBe(before);
				expect(side("removed")).toBe(after);
			}),
		);
	});

	it("is as short as can be on small texts", () => {
		const lines = fc.array(fc.constantFrom("a", "b"), { maxLength: 7 });
		const longest = (x: readonly string[], y: readonly string[]): number => {
			const [head, ...rest] = x;
			if (head === undefined || y.length === 0) return 0;
			const found = y.indexOf(head);
			return Math.max(longest(rest, y), found < 0 ? 0 : 1 + longest(rest, y.slice(found + 1)));
		};
		fc.assert(
			fc.property(lines, lines, (before, after) => {
				const { added, removed } = countLines(diffLines(before.join("\n"), after.join("\n")));
				expect(added + removed).toBe(before.length + after.length - 2 * longest(before, after));
			}),
		);
	});

	it("stays bounded when everything differs", () => {
		const text = (letter: string): string => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`).join("\n");
		expect(countLines(diffLines(text("a"), text("b")))).toEqual({ added: 3000, removed: 3000 });
	});
});

describe("hunksOf", () => {
	it("keeps three lines around a change and counts the rest", () => {
		const before = Array.from({ length: 20 }, (_, index) => `line ${index}`);
		const after = before.with(10, "changed");
		const { hunks, rest } = hunksOf(diffLines(before.join("\n"), after.join("\n")));
		expect(hunks).toHaveLength(1);
		expect(hunks[0]?.skipped).toBe(7);
		expect(hunks[0]?.lines).toHaveLength(8);
		expect(rest).toBe(6);
	});

	it("shows a gap of one line instead of saying so", () => {
		const before = "A\nb\nc\nd\ne\nf\ng\nH";
		expect(hunksOf(diffLines(before, before.toLowerCase())).hunks.map(({ skipped, lines }) => [skipped, lines.length])).toEqual([[0, 10]]);
		expect(hunksOf(diffLines("x\nb\nc\nd\ne", "X\nb\nc\nd\ne"))).toMatchObject({ hunks: [{ skipped: 0 }], rest: 0 });
	});

	it("joins changes that are near, and has none where nothing changed", () => {
		expect(hunksOf(diffLines("a\nb\nc\nd\ne", "A\nb\nc\nd\nE")).hunks).toHaveLength(1);
		expect(hunksOf(diffLines("a\nb", "a\nb"))).toEqual({ hunks: [], rest: 2 });
	});
});
