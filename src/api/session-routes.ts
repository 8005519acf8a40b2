import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Secret } from "../lib/secret.ts";
import { sameToken } from "./access/authenticate.ts";
import { type Guard, identities } from "./access/guard.ts";
import type { SessionCookies } from "./access/session-cookies.ts";
import { contract } from "./contract.ts";
import type { SessionView } from "./schemas.ts";
import { validate } from "./validate.ts";

/** Adds login, logout and who-am-I. */
export function addSessionRoutes(
	server: FastifyInstance,
	options: { readonly token: Secret; readonly guard: Guard; readonly cookies: () => SessionCookies; readonly version: string },
): void {
	const { token, guard, cookies, version } = options;
	const { getSession, createSession, deleteSession } = contract;

	const whoAmI = (request: FastifyRequest): SessionView => {
		const identity = identities.get(request);
		const expires = identity?.expires?.toISOString();
		return { actor: identity?.actor ?? { name: "unknown", via: "api" }, ...(expires === undefined ? {} : { expires }), version };
	};
	server.route({ method: "GET", url: getSession.path, handler: (request, reply) => reply.send(whoAmI(request)) });

	server.post(createSession.path, { bodyLimit: createSession.bodyLimit }, async (request, reply): Promise<SessionView> => {
		const body = validate(createSession.body, request.body, "body") as { token: string };
		if (!sameToken(token, body.token)) throw guard.wrong(request);
		const { header, expires } = cookies().issue();
		reply.header("set-cookie", header);
		return { actor: { name: "admin", via: "dashboard" }, expires: expires.toISOString(), version };
	});

	server.delete(deleteSession.path, async (request, reply) => {
		return reply.header("set-cookie", cookies().revoke(request.headers.cookie)).code(204).send();
	});
}
