import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Finds `count` free loopback ports below those that systems give to outgoing connections, so that a server which is restarted
 * finds its port still free.
 */
export async function freePorts(count: number): Promise<number[]> {
	const found = new Set<number>();
	for (let attempt = 0; found.size < count && attempt < 1000; attempt += 1) {
		const port = randomInt(20_000, 32_000);
		if (await isFree(port)) found.add(port);
	}
	if (found.size < count) throw new Error(`no ${count} free ports on 127.0.0.1 between 20000 and 32000`);
	return [...found];
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		server.listen({ host: "127.0.0.1", port });
		await once(server, "listening");
		return true;
	} catch {
		return false;
	} finally {
		server.close();
	}
}
