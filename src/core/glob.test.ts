import fc from "fast-check";
import { expect, it } from "vitest";
import { matchesGlob } from "./glob.ts";

it("matches stars and question marks, and everything else literally", () => {
	expect(matchesGlob("shop-*", "shop-dev")).toBe(true);
	expect(matchesGlob("shop-?", "shop-dev")).toBe(false);
	expect(matchesGlob("*", "")).toBe(true);
	expect(matchesGlob("a.c", "abc")).toBe(false);
	expect(matchesGlob("**a*b", "xxaxxb")).toBe(true);
	expect(matchesGlob("*a*a*a*a*a*a*a*b", "a".repeat(5000))).toBe(false);
});

it("agrees with the regular expression that says the same", () => {
	const text = fc.stringMatching(/^[ab]{0,8}$/u);
	fc.assert(
		fc.property(fc.stringMatching(/^[ab*?]{0,6}$/u), text, (glob, given) => {
			const expected = new RegExp(`^${glob.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}$`, "u").test(given);
			expect(matchesGlob(glob, given)).toBe(expected);
		}),
	);
});
