import { describe, expect, it } from "vitest";
import { proxyFor } from "./proxy.ts";

const HTTPS_PROXY = "http://proxy.test:3128";

describe("proxyFor", () => {
	it("takes the proxy of the protocol, in either case of letters, also without a scheme", () => {
		const server = new URL("https://api.example.test:6443");
		expect(proxyFor(server, { HTTPS_PROXY, HTTP_PROXY: "http://other.test" })?.href).toBe("http://proxy.test:3128/");
		expect(proxyFor(server, { https_proxy: "proxy.test:1" })?.host).toBe("proxy.test:1");
		expect(proxyFor(server, { HTTP_PROXY: "http://other.test" })).toBeUndefined();
		expect(proxyFor(server, { HTTPS_PROXY: "" })).toBeUndefined();
	});

	it("refuses what it cannot go through, and does not show it", () => {
		for (const bad of ["socks5://user:password@proxy.test", "http://user:password@:x"]) {
			const ask = () => proxyFor(new URL("https://api.example.test"), { HTTPS_PROXY: bad });
			expect(ask).toThrow(expect.objectContaining({ code: "ProxyInvalid", message: expect.not.stringContaining("password") }));
		}
	});

	it.each([
		["https://api.example.test:6443", "*", false],
		["https://api.example.test:6443", "example.test", false],
		["https://api.example.test:6443", " .example.test , x", false],
		["https://api.example.test:6443", "*.EXAMPLE.test", false],
		["https://api.example.test:6443", "api.example.test:6443", false],
		["https://api.example.test:6443", "api.example.test:443", true],
		["https://api.example.test:6443", "ple.test", true],
		["https://api.example.test:6443", "", true],
		["https://10.1.2.3:6443", "10.0.0.0/8", false],
		["https://10.1.2.3:6443", "10.2.0.0/16", true],
		["https://10.1.2.3:6443", "10.0.0.0/99", true],
		["https://10.1.2.3:6443", "10.1.2.3", false],
		["https://[fd00::1]:6443", "fd00::/8", false],
		["https://[fd00::1]:6443", "fd00::1", false],
		["https://127.0.0.1:6443", "", false],
		["https://localhost:6443", "", false],
	])("%s with NO_PROXY=%s: %s", (server, NO_PROXY, isProxied) => {
		expect(proxyFor(new URL(server), { HTTPS_PROXY, NO_PROXY }) !== undefined).toBe(isProxied);
	});
});
