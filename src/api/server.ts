import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { AppError } from "../core/app-error.ts";
import type { Operations } from "../engine/operations.ts";
import type { Secret } from "../lib/secret.ts";
import type { Log } from "../ports/log.ts";
import { createGuard, type Guard, identities } from "./access/guard.ts";
import { authority, certificateNames, isLoopback } from "./access/hosts.ts";
import { SessionCookies } from "./access/session-cookies.ts";
import { answerError } from "./answer-error.ts";
import { contract } from "./contract.ts";
import { addDashboard } from "./dashboard.ts";
import { addJsonRoutes } from "./json-routes.ts";
import { openApi } from "./openapi.ts";
import { addRawRoutes, type GitHandler } from "./raw-routes.ts";
import type { Route } from "./route.ts";
import { securityHeaders } from "./security-headers.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { addStreamRoutes, type StreamLimits } from "./stream-routes.ts";

export interface ApiOptions {
	readonly operations: Operations;
	readonly token: Secret;
	readonly version: string;
	readonly log: Log;
	/** Port 0 takes a free one. `tls` holds PEM texts, not paths; without it only a loopback host is allowed, unless `plainHttp` says so. */
	readonly listen: {
		readonly host: string;
		readonly port: number;
		readonly tls?: { readonly cert: string; readonly key: string };
		readonly plainHttp?: boolean;
	};
	/** The built dashboard's folder. */
	readonly dashboard?: string;
	/** Serves `/git/*`. */
	readonly git?: GitHandler;
	/** Prometheus registry for `/metrics`, which needs the token. */
	readonly metrics?: { readonly contentType: string; metrics(): Promise<string> };
	/** Address by which a proxy with TLS in front of this server is reached: its name and origin are taken for ours. */
	readonly publicUrl?: string;
	readonly limits?: Partial<StreamLimits & { readonly bodyMs: number; readonly closeMs: number }>;
}

/** A listening server. */
export interface Api {
	readonly url: string;
	/** Ends streams, lets requests finish for a short time, then closes what is left. */
	close(): Promise<void>;
}

/** Listens for the API, the dashboard, Git and webhooks. Errors: `invalid` (TlsRequired), `conflict` (AddressInUse), `denied` (AddressDenied). */
export async function createApi(options: ApiOptions): Promise<Api> {
	const { operations, token, log, listen, version } = options;
	const limits = { heartbeatMs: 15_000, stallMs: 30_000, most: 256, bodyMs: 60_000, closeMs: 5_000, ...options.limits };
	const { host, port, tls } = listen;
	if (tls === undefined && listen.plainHttp !== true && !isLoopback(host)) {
		throw new AppError(`Gitward does not listen on ${host} without TLS: the token would travel in clear`, {
			code: "TlsRequired",
			kind: "invalid",
			hint: "Give --tls-cert and --tls-key, or listen on 127.0.0.1 and put a proxy with TLS, or an ssh tunnel, before it. --plain-http is for a mesh that encrypts.",
		});
	}
	const server = createServer(tls);
	const closing = new AbortController();
	let cookies: SessionCookies | undefined;
	const currentCookies = () => {
		cookies ??= new SessionCookies(token, { port: (server.server.address() as AddressInfo).port, tls: isSecure });
		return cookies;
	};
	const publicUrl = options.publicUrl === undefined ? undefined : checkedPublicUrl(options.publicUrl);
	/** Whether browsers come by TLS: to us, or to the proxy. */
	const isSecure = tls !== undefined || publicUrl?.protocol === "https:";
	const names = [
		hostname().toLowerCase(),
		...(publicUrl === undefined ? [] : [publicUrl.hostname]),
		...(tls === undefined ? [] : certificateNames(tls.cert)),
	];
	const guard = createGuard({ token, cookies: currentCookies, names, publicOrigin: publicUrl?.origin, tls: tls !== undefined });
	addGuards(server, guard, { bodyMs: limits.bodyMs, tls: isSecure });
	addErrors(server, log);
	addProbes(server, options);
	addJsonRoutes(server, operations, closing.signal);
	addSessionRoutes(server, { token, guard, cookies: currentCookies, version });
	addStreamRoutes(server, operations, { closing: closing.signal, limits, log, isStillKnown: guard.isStillKnown });
	await addRawRoutes(server, { operations, git: options.git, onError: (error) => log.error("a Git request failed", { error }) });
	await addDashboard(server, options.dashboard);
	const address = await start(server, host, port);
	return {
		url: `${tls === undefined ? "http" : "https"}://${authority(host, address.port)}`,
		async close() {
			closing.abort(new AppError("Gitward is stopping", { code: "Stopping", kind: "unavailable", retryAfterMs: 1000 }));
			const force = setTimeout(() => server.server.closeAllConnections(), limits.closeMs);
			try {
				await server.close();
			} finally {
				clearTimeout(force);
			}
		},
	};
}

function checkedPublicUrl(text: string): URL {
	if (URL.canParse(text) && /^https?:\/\//u.test(text)) return new URL(text);
	throw new AppError(`${JSON.stringify(text)} is not the address of a server`, {
		code: "InvalidAddress",
		kind: "invalid",
		hint: "--public-url looks like https://gitward.example.com.",
	});
}

function createServer(tls: { readonly cert: string; readonly key: string } | undefined): FastifyInstance {
	const timing = { headersTimeout: 20_000, requestTimeout: 0, keepAliveTimeout: 10_000, maxHeaderSize: 16 * 1024 };
	const common = {
		logger: false,
		exposeHeadRoutes: false,
		forceCloseConnections: "idle",
		bodyLimit: 1024 * 1024,
		routerOptions: { maxParamLength: 512 },
	} as const;
	const server =
		tls === undefined ? Fastify({ ...common, http: timing }) : Fastify({ ...common, https: { ...timing, ...tls, minVersion: "TLSv1.2" } });
	// Set on the server too: a push may take as long as it likes, so only the time until its headers are here is limited.
	server.server.requestTimeout = 0;
	server.server.maxConnections = 2048;
	server.removeContentTypeParser("text/plain");
	return server;
}

function addGuards(server: FastifyInstance, guard: Guard, options: { readonly bodyMs: number; readonly tls: boolean }): void {
	const headers = securityHeaders(options.tls);
	const routes: readonly Route[] = Object.values(contract);
	const open = new Set(routes.filter((route) => route.open === true).map((route) => `${route.method} ${route.path}`));
	server.addHook("onRequest", async (request, reply) => {
		reply.headers(headers);
		guard.checkPlace(request);
		const pattern = request.routeOptions.url ?? "";
		const git = pattern.startsWith("/git/");
		if (!git) limitBody(request, options.bodyMs);
		if (pattern.startsWith("/api/")) reply.header("cache-control", "no-store");
		const guarded = git || pattern.startsWith("/api/") || pattern.startsWith("/hooks/") || pattern === "/metrics";
		if (guarded && !open.has(`${request.method} ${pattern}`)) identities.set(request, guard.identify(request, reply, { git }));
	});
}

/** Cuts off a client that does not send its body in time. */
function limitBody(request: FastifyRequest, ms: number): void {
	if (request.raw.complete) return;
	const timer = setTimeout(() => {
		if (!request.raw.complete) request.raw.destroy();
	}, ms);
	timer.unref();
	request.raw.once("end", () => clearTimeout(timer));
	request.raw.once("close", () => clearTimeout(timer));
}

function addErrors(server: FastifyInstance, log: Log): void {
	server.setErrorHandler((error, request, reply) => {
		const { status, body } = answerError(error, request.id);
		if (status === 500) log.error("a request failed", { request: request.id, route: request.routeOptions.url, error });
		if (body.error.retryAfterMs !== undefined) reply.header("retry-after", String(Math.ceil(body.error.retryAfterMs / 1000)));
		return reply.code(status).type("application/json; charset=utf-8").send(body);
	});
	server.addHook("onResponse", async (request, reply) => {
		// The route and not the URL: what a URL holds is not ours to write down.
		log.debug("request", {
			method: request.method,
			route: request.routeOptions.url,
			status: reply.statusCode,
			ms: Math.round(reply.elapsedTime),
			by: identities.get(request)?.actor.via,
		});
	});
}

function addProbes(server: FastifyInstance, { operations, metrics, version }: ApiOptions): void {
	server.get("/healthz", async () => ({ status: "ok" }));
	server.get("/readyz", async (_, reply) => reply.code(operations.ready() ? 200 : 503).send({ ready: operations.ready() }));
	const document = openApi(version);
	server.get("/api/v1/openapi.json", async () => document);
	server.get("/metrics", async (request, reply) => {
		if (metrics === undefined) throw new AppError("This server keeps no metrics", { code: "RouteNotFound", kind: "notFound" });
		void request;
		return reply.type(metrics.contentType).send(await metrics.metrics());
	});
}

async function start(server: FastifyInstance, host: string, port: number): Promise<AddressInfo> {
	try {
		await server.listen({ host, port });
		return server.server.address() as AddressInfo;
	} catch (error) {
		await server.close().catch(() => undefined);
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "EADDRINUSE") {
			throw new AppError(`${authority(host, port)} is in use by another program`, {
				code: "AddressInUse",
				kind: "conflict",
				hint: "Choose another with --listen HOST:PORT, or stop the other program.",
				cause: error,
			});
		}
		if (code === "EACCES" || code === "EADDRNOTAVAIL") {
			throw new AppError(`Gitward may not listen on ${authority(host, port)}: ${(error as Error).message}`, {
				code: "AddressDenied",
				kind: "denied",
				hint: "Choose another address with --listen HOST:PORT.",
				cause: error,
			});
		}
		throw error;
	}
}
