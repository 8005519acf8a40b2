import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../../core/app-error.ts";
import type { Actor } from "../../core/views/common.ts";
import type { Secret } from "../../lib/secret.ts";
import { authenticate, type Identity } from "./authenticate.ts";
import { FailedAttempts } from "./failed-attempts.ts";
import { isOurHost, isOurOrigin } from "./hosts.ts";
import type { SessionCookies } from "./session-cookies.ts";

export interface Guard {
	/** Refuses foreign Hosts and Origins; for every request. */
	checkPlace(request: FastifyRequest): void;
	/** Who it is; throws `denied` where that is not known. */
	identify(request: FastifyRequest, reply: FastifyReply, options?: { readonly git: boolean }): Identity & { readonly state: "known" };
	/** Whether what a request was let in by still holds: a session ends while a stream goes on. */
	isStillKnown(request: FastifyRequest): boolean;
	/** The error for wrong credentials, counted. */
	wrong(request: FastifyRequest): AppError;
}

/** What stands between strangers and the routes. */
export function createGuard({
	token,
	cookies,
	names,
	publicOrigin,
	tls,
}: {
	readonly token: Secret;
	readonly cookies: () => SessionCookies;
	readonly names: readonly string[];
	/** Origin of a proxy in front. */
	readonly publicOrigin: string | undefined;
	readonly tls: boolean;
}): Guard {
	const attempts = new FailedAttempts();

	function wrong(request: FastifyRequest): AppError {
		const wait = attempts.note(request.ip);
		if (wait !== undefined) {
			return new AppError("Too many wrong tokens from this address", {
				code: "TooManyAttempts",
				kind: "denied",
				retryAfterMs: wait * 1000,
				hint: "A right one is let in at once.",
			});
		}
		return new AppError("The token is wrong", {
			code: "TokenWrong",
			kind: "denied",
			hint: "It stands in the file `token` of the state folder, which `gitward up` names at its start.",
		});
	}

	return {
		wrong,
		isStillKnown: (request) => authenticate(request.headers, token, cookies(), { git: false }).state === "known",
		checkPlace(request) {
			const { host, origin, "sec-fetch-site": site } = request.headers;
			if (!isOurHost(host, names)) {
				throw new AppError(`Requests to the host name ${JSON.stringify((host ?? "").slice(0, 100))} are not served`, {
					code: "WrongHost",
					kind: "denied",
					hint: "Use the address that `gitward up` prints, or a name that the TLS certificate has.",
				});
			}
			if (origin !== undefined && origin !== publicOrigin && !isOurOrigin(origin, host, tls ? "https" : "http")) throw foreignOrigin();
			const changes = request.method !== "GET" && request.method !== "HEAD";
			if (site !== undefined && changes && site !== "same-origin" && site !== "none") throw foreignOrigin();
		},
		identify(request, reply, options = { git: false }) {
			const identity = authenticate(request.headers, token, cookies(), options);
			if (identity.state === "known") {
				const changes = request.method !== "GET" && request.method !== "HEAD";
				// Browsers send one of these with every change: without them it is not the dashboard that holds the cookie.
				if (identity.by === "cookie" && changes && request.headers.origin === undefined && request.headers["sec-fetch-site"] === undefined)
					throw foreignOrigin();
				return identity;
			}
			reply.header("www-authenticate", options.git ? 'Basic realm="Gitward", charset="UTF-8"' : 'Bearer realm="Gitward"');
			if (identity.state === "wrong") throw wrong(request);
			throw new AppError("A token is needed", {
				code: "TokenRequired",
				kind: "denied",
				hint: options.git
					? "Give the token as the password; any user name will do."
					: "Send `Authorization: Bearer <token>`, or open the login link of `gitward login --link`.",
			});
		},
	};
}

/** The identity that the guard found, for the handlers behind it. */
export const identities = new WeakMap<FastifyRequest, Identity & { readonly state: "known" }>();

/** Who asks; only behind the guard. */
export function actorOf(request: FastifyRequest): Actor {
	return identities.get(request)?.actor ?? { name: "unknown", via: "api" };
}

function foreignOrigin(): AppError {
	return new AppError("The request comes from a page of another origin", {
		code: "ForeignOrigin",
		kind: "denied",
		hint: "Only Gitward's own dashboard may be the origin of a request by a browser.",
	});
}
