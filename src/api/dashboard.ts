import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/app-error.ts";

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gitward</title><h1>Gitward is running</h1>
<p>The dashboard is not built here. In a checkout <code>npm run build</code> builds it; the command line works without: <code>gitward status</code>.</p></html>`;

/** Serves the dashboard's files: those with a hash in their name for ever, the rest asked for anew; a page of it that is no file is its index. */
export async function addDashboard(server: FastifyInstance, folder: string | undefined): Promise<void> {
	const built = folder !== undefined && existsSync(join(folder, "index.html"));
	if (built) {
		await server.register(fastifyStatic, {
			root: folder,
			dotfiles: "ignore",
			cacheControl: false,
			setHeaders: (response, path) => {
				response.header("cache-control", path.startsWith(join(folder, "assets")) ? "public, max-age=31536000, immutable" : "no-cache");
			},
		});
	} else {
		server.get("/", (_, reply) => reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").send(notBuilt));
	}
	server.setNotFoundHandler((request, reply) => {
		if (built && isPage(request)) return reply.sendFile("index.html");
		throw notFound(request);
	});
}

/** Paths that are never a page of the dashboard. */
const reserved = /^\/(?:api|git|hooks|assets|metrics|healthz|readyz)(?:\/|$)/u;

function isPage(request: FastifyRequest): boolean {
	const path = request.url.split("?", 1)[0] ?? "/";
	return (
		request.method === "GET" && !reserved.test(path) && !/\.[a-z0-9]+$/iu.test(path) && (request.headers.accept ?? "").includes("text/html")
	);
}

function notFound(request: FastifyRequest): AppError {
	return new AppError(`Nothing is served at ${request.method} ${(request.url.split("?", 1)[0] ?? "").slice(0, 200)}`, {
		code: "RouteNotFound",
		kind: "notFound",
		hint: "The routes stand in /api/v1/openapi.json.",
	});
}

/** Answers as the not-found handler does, from a route. */
export function throwNotFound(request: FastifyRequest, _reply: FastifyReply): never {
	throw notFound(request);
}
