import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** Who listens on a TCP port. */
export interface Listener {
	/** `node (process 123)`; undefined where the machine does not tell. */
	readonly who: string | undefined;
}

/** Whoever listens on the port at any local address; undefined where it is free. */
export async function listenerOn(port: number): Promise<Listener | undefined> {
	if (existsSync("/proc/net/tcp")) {
		const inode = listeningInode(port);
		return inode === undefined ? undefined : { who: holderOf(inode) };
	}
	return (await canListen(port)) ? undefined : { who: undefined };
}

/** Inode of the listening socket (proc_net_tcp: state 0A is LISTEN). */
function listeningInode(port: number): string | undefined {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
	for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
		let text = "";
		try {
			text = readFileSync(table, "latin1");
		} catch {
			continue;
		}
		for (const line of text.split("\n")) {
			const fields = line.trim().split(/\s+/u);
			if (fields[3] === "0A" && fields[1]?.endsWith(suffix) === true) return fields[9] ?? "";
		}
	}
	return undefined;
}

/** The process that holds a socket, as far as we may look. */
function holderOf(inode: string): string | undefined {
	const link = `socket:[${inode}]`;
	for (const pid of readdirSync("/proc")) {
		if (!/^\d+$/u.test(pid)) continue;
		try {
			for (const fd of readdirSync(`/proc/${pid}/fd`)) {
				if (readlinkSync(`/proc/${pid}/fd/${fd}`) === link) return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
			}
		} catch {
			// Another user's, or gone.
		}
	}
	return undefined;
}

function canListen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
	});
}
