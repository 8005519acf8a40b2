import { once } from "node:events";
import { createServer } from "node:net";

const [lowest, count, perProcess] = [20_000, 12_000, 16];
let next = (process.pid * perProcess) % count;

/**
 * Finds free loopback ports below those that systems give to outgoing connections, so that a server which is restarted finds its port
 * still free. Each process begins to look at another place, and never gives out a port again: starts at the same time do not meet.
 */
export async function freePorts<Wanted extends number[]>(wanted: Wanted["length"]): Promise<Wanted> {
	const found: number[] = [];
	for (let attempt = 0; found.length < wanted && attempt < count; attempt += 1) {
		const port = lowest + next;
		next = (next + 1) % count;
		if (await isFree(port)) found.push(port);
	}
	if (found.length < wanted) throw new Error(`no ${wanted} free ports on 127.0.0.1 from ${lowest}`);
	return found as Wanted;
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
