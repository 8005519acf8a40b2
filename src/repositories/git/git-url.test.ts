import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../core/app-error.ts";
import { allowedProtocols, isSameHost, parseGitUrl } from "./git-url.ts";

describe("parseGitUrl", () => {
	it.each([
		["https://git.example.com/acme/shop.git", "http", "https"],
		["http://127.0.0.1:8080/git/shop.git", "http", "http:https"],
		["https://me@git.example.com/shop", "http", "https"],
		["ssh://git@git.example.com:2222/acme/shop.git", "ssh", "ssh"],
		["git@git.example.com:acme/shop.git", "ssh", "ssh"],
		["git.example.com:shop.git", "ssh", "ssh"],
		["[::1]:shop.git", "ssh", "ssh"],
		["file:///srv/git/shop.git", "file", "file"],
		["/srv/git/shop.git", "file", "file"],
		["./shop", "file", "file"],
		["../with:colon/shop", "file", "file"],
		["hosted:shop", "hosted", "file"],
	])("takes %s", (text, kind, protocols) => {
		const url = parseGitUrl(text, "/base");
		expect(url.kind).toBe(kind);
		expect(allowedProtocols(url)).toBe(protocols);
	});

	it("puts relative paths under the base", () => {
		expect(parseGitUrl("./shop", "/base/control")).toEqual({ kind: "file", url: "/base/control/shop", path: "/base/control/shop" });
	});

	it.each([
		"ext::sh -c touch% /tmp/pwned",
		"fd::17/foo",
		"--upload-pack=touch /tmp/pwned",
		"-oProxyCommand=touch:x",
		"ssh://-oProxyCommand=touch/x",
		"ssh://git@-oProxyCommand=x/y",
		"ssh://-oProxyCommand=x@host/y",
		"-x@host:path",
		"host:-path",
		"https://user:secret@host/x",
		"https://host/x?y",
		"https://",
		"ftp://host/x",
		"git://host/x",
		"file://host/x",
		"https://%@host/x",
		"https://host/x%0ahost=evil",
		"file:///%",
		"file:///a%2fb",
		"file:///a%00b",
		"hosted:../x",
		"hosted:A",
		"hosted:",
		"~/x",
		"",
		"a\nb",
		"/x\0y",
	])("refuses %j", (text) => {
		expect(() => parseGitUrl(text, "/base")).toThrow(AppError);
	});

	it("shows no password in its message", () => {
		expect(() => parseGitUrl("https://user:topsecret@host/x", undefined)).toThrow(/holds a password/u);
		expect(() => parseGitUrl("https://user:topsecret@host/x", undefined)).not.toThrow(/topsecret/u);
	});

	it("never gives git an argument that starts with a dash, and throws only its own error", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.webUrl(),
					fc.string().map((text) => `-${text}`),
					fc.string().map((text) => `ssh://${text}`),
				),
				(text) => {
					try {
						const url = parseGitUrl(text, "/base");
						if (url.kind !== "hosted")
							expect(url.url.startsWith("-") || url.url.includes("\0") || /^[\w+.-]*::/u.test(url.url)).toBe(false);
						if (url.kind === "ssh") expect(url.host.startsWith("-")).toBe(false);
					} catch (error) {
						expect(error).toBeInstanceOf(AppError);
					}
				},
			),
			{ numRuns: 2000 },
		);
	});
});

describe("isSameHost", () => {
	const same = (a: string, b: string): boolean => isSameHost(parseGitUrl(a, "/"), parseGitUrl(b, "/"));
	it("holds for the same way, host and port only", () => {
		expect(same("https://a/x", "https://a/y")).toBe(true);
		expect(same("https://a/x", "http://a/x")).toBe(false);
		expect(same("https://a/x", "https://a:8443/x")).toBe(false);
		expect(same("https://a/x", "https://b/x")).toBe(false);
		expect(same("git@a:x", "git@a:y")).toBe(true);
		expect(same("/a", "/a")).toBe(false);
	});
});
