import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** Whether an address is reached from this machine only. */
export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `host:port` as it stands in a URL. */
export function authority(host: string, port: number): string {
	return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Names of a certificate for servers, with `*.` where it is one for a whole domain. */
export function certificateNames(pem: string): readonly string[] {
	const names = new X509Certificate(pem).subjectAltName ?? "";
	return names.split(",").flatMap((each) => (each.trim().startsWith("DNS:") ? [each.trim().slice(4).toLowerCase()] : []));
}

/**
 * Whether a Host header names this server. Another name means DNS rebinding: a stranger's page whose own name was pointed at this
 * address. An address instead of a name cannot be rebound, so each is let through.
 */
export function isOurHost(header: string | undefined, names: readonly string[]): boolean {
	const host = hostOf(header);
	if (host === undefined) return false;
	if (host === "localhost" || isIP(host) !== 0) return true;
	return names.some(
		(name) => name === host || (name.startsWith("*.") && host.endsWith(name.slice(1)) && !host.slice(0, -name.length + 1).includes(".")),
	);
}

/** Whether an Origin header is that of a page of this server: the same scheme and the same Host. */
export function isOurOrigin(origin: string, host: string | undefined, scheme: "http" | "https"): boolean {
	try {
		const url = new URL(origin);
		return host !== undefined && url.origin === new URL(`${scheme}://${host}`).origin;
	} catch {
		return false;
	}
}

function hostOf(header: string | undefined): string | undefined {
	if (header === undefined || !/^[A-Za-z0-9.:[\]_-]+$/u.test(header)) return undefined;
	try {
		return new URL(`http://${header}`).hostname.replace(/^\[|\]$/gu, "").toLowerCase();
	} catch {
		return undefined;
	}
}
