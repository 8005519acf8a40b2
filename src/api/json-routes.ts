import type { FastifyInstance } from "fastify";
import type { Operations } from "../engine/operations.ts";
import { actorOf } from "./access/guard.ts";
import { contract } from "./contract.ts";
import { type HandlerInput, handlersOf } from "./handlers.ts";
import { connectionSignal, withinLimit } from "./request-scope.ts";
import type { Route } from "./route.ts";
import { validate } from "./validate.ts";

/** Adds every route of the contract that answers JSON. */
export function addJsonRoutes(server: FastifyInstance, operations: Operations, closing: AbortSignal): void {
	const handlers = handlersOf(operations);
	for (const [name, handler] of Object.entries(handlers)) {
		const route: Route = contract[name as keyof typeof handlers];
		const run = handler as (input: HandlerInput<unknown>) => Promise<unknown>;
		server.route({
			method: route.method,
			url: route.path,
			bodyLimit: route.bodyLimit ?? 1024 * 1024,
			handler: async (request, reply) => {
				const parts = {
					params: validate(route.params, request.params, "params"),
					query: validate(route.query, request.query, "query"),
					body: validate(route.body, request.body ?? undefined, "body"),
				};
				const answer = await withinLimit(route.timeLimit ?? 60_000, connectionSignal(reply, closing), (signal) =>
					run({ ...(parts as HandlerInput<unknown>), by: actorOf(request), signal }),
				);
				return reply.code(route.status).send(answer);
			},
		});
	}
}
