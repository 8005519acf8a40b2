import { createServer } from "node:net";

const lastPort = 65_535;

/** `count` ports of 127.0.0.1 that nobody listens on now, the lowest from `first` on. */
export async function freePorts(count: number, first: number): Promise<readonly number[]> {
	const found: number[] = [];
	for (let port = first; found.length < count && port <= lastPort; port += 1) {
		if (await isFree(port)) found.push(port);
	}
	return found;
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
	});
}
