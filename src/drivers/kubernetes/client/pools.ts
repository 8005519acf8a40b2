import { getCACertificates } from "node:tls";
import { type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Connection } from "./connection.ts";
import { type ClientCertificate, isSameCertificate } from "./credentials.ts";

/** Connections to one server with one client certificate. */
export interface Pools {
	/** For requests that end soon. */
	readonly requests: Dispatcher;
	/** For watches and logs, which hold a connection each. */
	readonly streams: Dispatcher;
}

/** Gives the pools for a client certificate; another certificate than before makes new ones, and the old ones end when they are idle. */
export interface PoolSource {
	use(certificate: ClientCertificate | undefined): Pools;
	close(): Promise<void>;
}

/** `connections`: most connections for requests; each carries one at a time. */
export function createPools(connection: Connection, connections: number): PoolSource {
	let current: { readonly certificate: ClientCertificate | undefined; readonly pools: Pools } | undefined;
	const open = new Set<Dispatcher>();

	function retire(dispatcher: Dispatcher): void {
		const forget = (): void => void open.delete(dispatcher);
		dispatcher.close().then(forget, forget);
	}

	return {
		use(certificate) {
			if (current !== undefined && isSameCertificate(current.certificate, certificate)) return current.pools;
			if (current !== undefined) {
				retire(current.pools.requests);
				retire(current.pools.streams);
			}
			const pools = {
				requests: openDispatcher(connection, certificate, connections),
				streams: openDispatcher(connection, certificate, null),
			};
			open.add(pools.requests).add(pools.streams);
			current = { certificate, pools };
			return pools;
		},
		async close() {
			await Promise.all([...open].map(async (dispatcher) => dispatcher.destroy()));
		},
	};
}

function openDispatcher(connection: Connection, certificate: ClientCertificate | undefined, connections: number | null): Dispatcher {
	const { server, ca, serverName, insecure, proxy } = connection;
	const tls = {
		ca: ca ?? systemAuthorities(),
		...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key.reveal() }),
		...(serverName === undefined ? {} : { servername: serverName }),
		...(insecure ? { rejectUnauthorized: false } : {}),
		timeout: 10_000,
	};
	// Time limits are kept by whoever sends: see pending.ts.
	const options = { connections, pipelining: 1, keepAliveTimeout: 30_000, headersTimeout: 0, bodyTimeout: 0 };
	if (proxy === undefined) return new Pool(server.origin, { ...options, connect: tls });
	const { username, password } = proxy;
	const token =
		username === ""
			? {}
			: { token: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}` };
	return new ProxyAgent({ ...options, uri: proxy.origin, requestTls: tls, proxyTunnel: true, ...token });
}

let system: string[] | undefined;

function systemAuthorities(): string[] {
	system ??= [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
	return system;
}
