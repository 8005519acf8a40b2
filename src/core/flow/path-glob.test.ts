import { expect, it } from "vitest";
import { matchesPath } from "./path-glob.ts";

it.each([
	["services/shop/**", "services/shop/a/b.ts", true],
	["services/shop", "services/shop/a/b.ts", true],
	["services/shop/", "services/shop/a", true],
	["services/shop", "services/shopping/a", false],
	["services/*/src", "services/shop/src/a", true],
	["services/*/src", "services/a/b/src/c", false],
	["*.md", "readme.md", true],
	["*.md", "docs/readme.md", false],
	["**/*.md", "docs/a/readme.md", true],
	["**/*.md", "readme.md", true],
	["a/**/b/**/c", "a/x/b/y/z/c", true],
	["a/**/b/**/c", "a/x/c/y/z/b", false],
	["**", "anything/at/all", true],
	["a?c", "abc", true],
	["a", "b", false],
] as const)("%s and %s: %s", (pattern, path, expected) => {
	expect(matchesPath(pattern, path)).toBe(expected);
});

it("stays quick where a pattern is made to be slow", () => {
	expect(matchesPath(`${"**/a*a*a*/".repeat(50)}x`, `${"aaaa/".repeat(2000)}y`)).toBe(false);
});
