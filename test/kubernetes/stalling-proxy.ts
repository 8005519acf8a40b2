import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ClusterAddress } from "./cluster.ts";

/** A wire to an API server that can be cut or go dead. */
export interface StallingProxy extends AsyncDisposable {
	/** An address of the cluster that leads through it. */
	readonly address: ClusterAddress;
	/** Nothing passes any more on the connections that there are, though they stay open; new ones work. */
	stall(): void;
	/** Breaks the connections that there are, and takes no new ones until `mend`. */
	cut(): void;
	mend(): void;
}

/** Starts one; the server's certificate is valid for it. */
export async function startStallingProxy(cluster: ClusterAddress): Promise<StallingProxy> {
	const { port } = new URL(cluster.url);
	const pairs = new Set<readonly [Socket, Socket]>();
	let isCut = false;
	const server = createServer((socket) => {
		if (isCut) {
			socket.destroy();
			return;
		}
		const upstream = connect(Number(port), "127.0.0.1");
		const pair = [socket, upstream] as const;
		pairs.add(pair);
		socket.pipe(upstream).pipe(socket);
		const end = (): void => {
			socket.destroy();
			upstream.destroy();
			pairs.delete(pair);
		};
		for (const each of pair) each.on("error", end).on("close", end);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const drop = (): void => {
		for (const [socket] of pairs) socket.destroy();
	};
	return {
		address: { ...cluster, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` },
		stall() {
			for (const [socket, upstream] of pairs) {
				socket.unpipe();
				upstream.unpipe();
			}
		},
		cut() {
			isCut = true;
			drop();
		},
		mend() {
			isCut = false;
		},
		async [Symbol.asyncDispose]() {
			drop();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
