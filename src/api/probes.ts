import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../core/app-error.ts";

/** What asks whether Gitward lives, beside its API. */
export interface Probes {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * Answers `/healthz` and `/readyz`, and nothing else, on an address of its own: in clear and without a token, as a kubelet asks. So the API
 * may listen on the loopback interface only, or ask for client certificates. Errors: `conflict` or `denied` (ProbesAddress).
 */
export async function listenForProbes(listen: { readonly host: string; readonly port: number }, ready: () => boolean): Promise<Probes> {
	const server = createServer((request, response) => {
		const isReady = ready();
		const known = request.method === "GET" || request.method === "HEAD" ? request.url : undefined;
		const [status, body] =
			known === "/healthz" ? [200, { status: "ok" }] : known === "/readyz" ? [isReady ? 200 : 503, { ready: isReady }] : [404, {}];
		response.writeHead(status, { "content-type": "application/json", connection: "close" });
		response.end(known === undefined || request.method === "HEAD" ? undefined : JSON.stringify(body));
	});
	server.headersTimeout = 5_000;
	server.requestTimeout = 5_000;
	server.maxConnections = 64;
	await new Promise<void>((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			reject(
				new AppError(`Probes cannot be answered on ${listen.host}:${listen.port}: ${cause.message}`, {
					code: "ProbesAddress",
					kind: cause.code === "EADDRINUSE" ? "conflict" : "denied",
					hint: "Choose another address with --probes HOST:PORT.",
					cause,
				}),
			);
		});
		server.listen(listen.port, listen.host, resolve);
	});
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
