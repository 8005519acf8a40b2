import { describe, expect, it } from "vitest";
import { type GitUrl, parseGitUrl } from "./git-url.ts";
import { parseSubmodules, submoduleUrl } from "./submodules.ts";

const shown = (url: GitUrl): string => (url.kind === "hosted" ? url.name : url.url);

describe("submoduleUrl", () => {
	it.each([
		["https://git.example.com/acme/shop.git", "../lib.git", "https://git.example.com/acme/lib.git"],
		["https://git.example.com/acme/shop.git", "../../other/lib.git", "https://git.example.com/other/lib.git"],
		["https://git.example.com/acme/shop.git/", "./sub", "https://git.example.com/acme/shop.git/sub"],
		["git@git.example.com:acme/shop.git", "../lib.git", "git@git.example.com:acme/lib.git"],
		["git@git.example.com:shop.git", "../lib.git", "git@git.example.com:lib.git"],
		["/srv/git/shop", "../lib", "/srv/git/lib"],
		["hosted:shop", "../lib.git", "/hosted/lib.git"],
		["hosted:shop", "../lib", "/hosted/lib.git"],
		["/hosted/submodule-of-shop.git", "../lib.git", "/hosted/lib.git"],
		["/srv/git/shop", "https://elsewhere.example.com/x.git", "https://elsewhere.example.com/x.git"],
	])("of %s and %s is %s", (parent, url, expected) => {
		expect(shown(submoduleUrl(url, parseGitUrl(parent, "/"), "/hosted"))).toBe(expected);
	});

	it.each([
		["https://git.example.com/shop.git", "/etc/x"],
		["https://git.example.com/shop.git", "file:///etc/x"],
		["https://git.example.com/shop.git", "../../../../../etc/x"],
		["https://git.example.com/shop.git", "hosted:other"],
		["git@git.example.com:shop.git", "/etc/x"],
		["hosted:shop", "/srv/git/shop"],
		["hosted:shop", "../../x"],
		["/hosted/submodule-of-shop.git", "/srv/git/shop"],
		["hosted:shop", "../.."],
		["https://git.example.com/shop.git", "ext::sh"],
		["/srv/shop", "relative"],
	])("of %s is refused for %s", (parent, url) => {
		expect(() => shown(submoduleUrl(url, parseGitUrl(parent, "/"), "/hosted"))).toThrow(expect.objectContaining({ name: "AppError" }));
	});
});

it("reads .gitmodules as git prints it", () => {
	const output = "submodule.a.b.path\nvendor/a\0submodule.a.b.url\n../a\nb\0submodule.half.path\nx\0core.bare\ntrue\0";
	expect(parseSubmodules(output)).toEqual([{ path: "vendor/a", url: "../a\nb" }]);
});
