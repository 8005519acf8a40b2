import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { AppError } from "../core/app-error.ts";
import type { Actor } from "../core/views/common.ts";
import type { Operations } from "../engine/operations.ts";
import { actorOf } from "./access/guard.ts";
import { throwNotFound } from "./dashboard.ts";
import { refresh } from "./handlers.ts";

/** Serves `/git/<name>.git/*` over smart HTTP; the request comes as it is, its body not read. */
export type GitHandler = (request: IncomingMessage, response: ServerResponse, actor: Actor) => Promise<void>;

/** Adds the routes whose bodies are not JSON: Git hosting and webhooks. */
export async function addRawRoutes(
	server: FastifyInstance,
	options: { readonly operations: Operations; readonly git: GitHandler | undefined; readonly onError: (error: unknown) => void },
): Promise<void> {
	const { operations, git, onError } = options;
	await server.register(async (raw) => {
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser("*", (_request, _payload, done) => done(null));

		raw.all("/git/*", async (request, reply) => {
			if (git === undefined) return throwNotFound(request, reply);
			reply.hijack();
			try {
				await git(request.raw, reply.raw, actorOf(request));
			} catch (error) {
				onError(error);
				if (!reply.raw.headersSent) reply.raw.writeHead(500, { "content-type": "text/plain" });
				reply.raw.end();
			}
			return undefined;
		});

		raw.post("/hooks/:forge", async (request, reply) => {
			request.raw.resume();
			const { forge } = request.params as { forge: string };
			const { repository } = request.query as { repository?: unknown };
			if (forge !== "generic") {
				throw new AppError(`There is no webhook for ${JSON.stringify(forge.slice(0, 100))} yet`, {
					code: "HookNotFound",
					kind: "notFound",
					hint: "/hooks/generic?repository=NAME serves every forge.",
				});
			}
			if (typeof repository !== "string" || repository === "") {
				throw new AppError("The webhook names no Repository", {
					code: "InvalidRequest",
					kind: "invalid",
					hint: "Use /hooks/generic?repository=NAME.",
				});
			}
			refresh(operations, repository);
			return reply.code(202).send({ repository });
		});
	});
}
