import { BlockList, isIP } from "node:net";
import { AppError } from "../../../core/app-error.ts";

/** The proxy that the environment names for an address, in the manner of curl and Go: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, upper or lower case. */
export function proxyFor(server: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
	const value = (name: string): string => environment[name] || environment[name.toLowerCase()] || "";
	const proxy = value(server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
	if (proxy === "" || isExcepted(server, value("NO_PROXY"))) return undefined;
	const address = proxy.includes("://") ? proxy : `http://${proxy}`;
	if (/^https?:/iu.test(address) && URL.canParse(address)) return new URL(address);
	// The address may hold a password: it is not shown.
	throw new AppError(`The proxy that the environment names for ${server.host} is no http or https address`, {
		code: "ProxyInvalid",
		kind: "invalid",
		hint: "Correct HTTPS_PROXY, or leave this host out of it by NO_PROXY.",
	});
}

function isExcepted(server: URL, list: string): boolean {
	const host = server.hostname.replace(/^\[|\]$/gu, "").toLowerCase();
	const port = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
	if (host === "localhost" || isLoopback(host)) return true;
	return list
		.split(",")
		.map((entry) => entry.trim().toLowerCase())
		.some((entry) => entry !== "" && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
	if (entry === "*") return true;
	if (entry.includes("/")) return isWithin(host, entry);
	const withPort = /^(?<name>.+?):(?<port>\d+)$/u.exec(entry);
	const hasPort = withPort !== null && isIP(entry) === 0;
	if (hasPort && withPort.groups?.["port"] !== port) return false;
	const name = (hasPort ? (withPort.groups?.["name"] ?? "") : entry).replace(/^\[|\]$/gu, "").replace(/^\*?\./u, "");
	return host === name || host.endsWith(`.${name}`);
}

function isWithin(host: string, range: string): boolean {
	const [network = "", bits = ""] = range.split("/");
	const family = isIP(network);
	if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/u.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	list.addSubnet(network, Number(bits), family === 4 ? "ipv4" : "ipv6");
	return list.check(host, family === 4 ? "ipv4" : "ipv6");
}

function isLoopback(host: string): boolean {
	return host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
