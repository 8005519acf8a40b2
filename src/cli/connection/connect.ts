import { type Client, createClient } from "../../client/client.ts";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import { type FoundServer, findServer, type ServerOptions } from "./find-server.ts";

/** A client for the server that the options, the environment or the folder name. */
export async function connect(io: Io, options: ServerOptions): Promise<{ readonly client: Client; readonly server: FoundServer }> {
	const server = await findServer(io, options);
	return { client: clientOf(server), server };
}

/** A client for a server that was found. */
export function clientOf(server: Pick<FoundServer, "url" | "token">): Client {
	return createClient({ url: server.url, token: () => server.token.reveal(), userAgent: `gitward-cli/${version}` });
}
