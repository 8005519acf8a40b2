import { type Api, type ApiOptions, createApi } from "../../src/api/server.ts";
import { type Client, createClient } from "../../src/client/client.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Log } from "../../src/ports/log.ts";
import { FakeOperations } from "./fake-operations.ts";

export const testToken = `gitward_${"t".repeat(43)}`;

export interface TestApi extends Api {
	readonly operations: FakeOperations;
	readonly client: Client;
	/** Everything that was logged. */
	readonly logged: unknown[][];
	fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The real server over fake Operations, on a free loopback port. */
export async function startApi(more: Partial<ApiOptions> = {}): Promise<TestApi> {
	const operations = new FakeOperations();
	const logged: unknown[][] = [];
	const write = (...entry: unknown[]): void => void logged.push(entry);
	const log: Log = { debug: write, info: write, warn: write, error: write };
	const api = await createApi({
		operations,
		token: new Secret(testToken),
		version: "0.0.0-test",
		log,
		listen: { host: "127.0.0.1", port: 0 },
		...more,
	});
	return {
		...api,
		operations,
		logged,
		client: createClient({ url: api.url, token: () => testToken }),
		fetch: (path, init = {}) =>
			fetch(`${api.url}${path}`, {
				...init,
				headers: { authorization: `Bearer ${testToken}`, ...(init.headers as Record<string, string>) },
			}),
	};
}
