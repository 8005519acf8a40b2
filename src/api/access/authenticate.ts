import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Actor } from "../../core/views/common.ts";
import type { Secret } from "../../lib/secret.ts";
import type { SessionCookies } from "./session-cookies.ts";

/** Who a request comes from; `wrong` where it shows credentials that do not hold, `none` where it shows none. */
export type Identity =
	| { readonly state: "known"; readonly actor: Actor; readonly by: "token" | "cookie"; readonly expires?: Date }
	| { readonly state: "wrong" }
	| { readonly state: "none" };

/** Compares in constant time, whatever the lengths. */
export function sameToken(token: Secret, given: string): boolean {
	return timingSafeEqual(digest(token.reveal()), digest(given));
}

/** Reads Bearer, Basic (the token is the password, the user may be any) and, where allowed, the dashboard's cookie. */
export function authenticate(
	headers: IncomingHttpHeaders,
	token: Secret,
	cookies: SessionCookies,
	options: { readonly git: boolean },
): Identity {
	const authorization = headers.authorization;
	if (authorization !== undefined) {
		const given = tokenIn(authorization);
		if (given === undefined || !sameToken(token, given)) return { state: "wrong" };
		const cli = headers["user-agent"]?.startsWith("gitward-cli/") === true;
		return { state: "known", actor: { name: "admin", via: options.git ? "git" : cli ? "cli" : "api" }, by: "token" };
	}
	if (options.git || headers.cookie === undefined) return { state: "none" };
	const expires = cookies.check(headers.cookie);
	return expires === undefined ? { state: "none" } : { state: "known", actor: { name: "admin", via: "dashboard" }, by: "cookie", expires };
}

function tokenIn(authorization: string): string | undefined {
	const [scheme = "", value = ""] = authorization.trim().split(/ +/u, 2);
	if (scheme.toLowerCase() === "bearer") return value;
	if (scheme.toLowerCase() !== "basic") return undefined;
	const pair = Buffer.from(value, "base64").toString("utf8");
	const colon = pair.indexOf(":");
	return colon < 0 ? undefined : pair.slice(colon + 1);
}

function digest(text: string): Buffer {
	return createHash("sha256").update(text).digest();
}
