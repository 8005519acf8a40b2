import { text } from "node:stream/consumers";
import { AppError } from "../../core/app-error.ts";
import { findServer } from "../connection/find-server.ts";
import type { Io } from "../io.ts";

/** Speaks git's credential protocol: answers `get` with the token for a server that is known, and keeps nothing on `store` and `erase`. */
export async function credential(io: Io, action: string): Promise<void> {
	const asked = new Map<string, string>();
	for (const line of (await text(process.stdin)).split("\n")) {
		const equals = line.indexOf("=");
		if (equals > 0) asked.set(line.slice(0, equals), line.slice(equals + 1).replace(/\r$/u, ""));
	}
	if (action !== "get") return;
	const protocol = asked.get("protocol");
	const host = asked.get("host");
	if ((protocol !== "http" && protocol !== "https") || host === undefined) return;
	const url = new URL(`${protocol}://${host}`).origin;
	try {
		const { token } = await findServer({ ...io, env: withoutNamedToken(io.env) }, { server: url });
		io.out(`username=gitward\npassword=${token.reveal()}\n`);
	} catch (error) {
		// Not ours: git asks the next helper, or the user.
		if (!(error instanceof AppError)) throw error;
	}
}

/** A token in the environment belongs to GITWARD_SERVER; another host must not get it. */
function withoutNamedToken(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const { GITWARD_TOKEN: _token, GITWARD_TOKEN_FILE: _file, ...rest } = env;
	return rest;
}
