import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, createServer as createTlsServer, request } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { issueCertificate } from "./certificates.ts";
import type { ClusterAddress } from "./cluster.ts";

/** What stands between: it answers itself, lets a request hang or breaks the connection; undefined lets it through. */
export type Fault = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | "hang" | "reset";

/** A server in front of a real API server that can get in the way. */
export interface FaultyProxy extends AsyncDisposable {
	/** An address of the cluster that leads through it. */
	readonly address: ClusterAddress;
	/** Requests that came, `GET /api`. */
	readonly seen: readonly string[];
	/** Decides on each request. */
	fault: (request: IncomingMessage) => Fault | undefined;
	/** Changes the headers of what it passes on. */
	rewrite: (headers: IncomingMessage["headers"]) => IncomingMessage["headers"];
	/** From now on nothing that the API server sends reaches the client, and connections stay open. */
	silence(): void;
}

/** Starts one; its certificate is of the cluster's own authority. */
export async function startFaultyProxy(cluster: ClusterAddress, hosts: readonly string[] = ["IP:127.0.0.1"]): Promise<FaultyProxy> {
	const file = `faulty-${Math.random().toString(36).slice(2)}`;
	const { certificate, key } = await issueCertificate(cluster.authority, cluster.folder, file, { name: "faulty", hosts });
	const agent = new Agent({ ca: readFileSync(cluster.authority.certificate), keepAlive: true });
	const seen: string[] = [];
	let isSilent = false;

	const server = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (incoming, outgoing) => {
		seen.push(`${incoming.method} ${incoming.url}`);
		const fault = proxy.fault(incoming);
		if (fault === "hang") return;
		if (fault === "reset") incoming.socket.destroy();
		else if (fault !== undefined) {
			incoming.resume();
			outgoing.writeHead(fault.status, fault.headers).end(fault.body);
		} else pass(incoming, outgoing);
	});

	function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const upstream = request(
			new URL(incoming.url ?? "/", cluster.url),
			{ agent, method: incoming.method ?? "GET", headers: proxy.rewrite(incoming.headers) },
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders();
				answer.on("data", (chunk: Buffer) => {
					if (!isSilent) outgoing.write(chunk);
				});
				answer.on("end", () => {
					if (!isSilent) outgoing.end();
				});
				answer.on("error", () => outgoing.destroy());
			},
		);
		upstream.on("error", () => outgoing.destroy());
		outgoing.on("close", () => upstream.destroy());
		incoming.pipe(upstream);
	}

	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const proxy: FaultyProxy = {
		address: { ...cluster, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` },
		seen,
		fault: () => undefined,
		rewrite: (headers) => headers,
		silence() {
			isSilent = true;
		},
		async [Symbol.asyncDispose]() {
			agent.destroy();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return proxy;
}

/** An HTTP proxy that opens tunnels. */
export interface TunnelProxy extends AsyncDisposable {
	readonly url: string;
	/** Where tunnels went, and with which Proxy-Authorization. */
	readonly tunnels: readonly { readonly target: string; readonly authorization: string | undefined }[];
}

/** Starts one; where `authorization` is given it wants that. */
export async function startTunnelProxy(authorization?: string): Promise<TunnelProxy> {
	const tunnels: { target: string; authorization: string | undefined }[] = [];
	const server = createServer();
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => sockets.add(socket));
	server.on("connect", (incoming, socket) => {
		const given = incoming.headers["proxy-authorization"];
		if (authorization !== undefined && given !== authorization) {
			socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
			return;
		}
		tunnels.push({ target: incoming.url ?? "", authorization: given });
		const [host = "", port = ""] = (incoming.url ?? "").split(":");
		const upstream = connect(Number(port), host, () => {
			socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
			upstream.pipe(socket).pipe(upstream);
		});
		const end = (): void => {
			upstream.destroy();
			socket.destroy();
		};
		upstream.on("error", end).on("close", end);
		socket.on("error", end).on("close", end);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		tunnels,
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
