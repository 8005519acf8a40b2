import { text } from "node:stream/consumers";
import { loginLink } from "../../client/login-link.ts";
import { AppError } from "../../core/app-error.ts";
import { Secret } from "../../lib/secret.ts";
import { askSecret } from "../ask-secret.ts";
import { clientOf } from "../connection/connect.ts";
import { checkedUrl, findServer, readTokenFile, type ServerOptions } from "../connection/find-server.ts";
import { rememberServer, serversFile } from "../connection/servers-file.ts";
import { exitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";

/** Proves the token to a server and remembers both; with --link only prints the link that logs the dashboard in. */
export async function login(io: Io, address: string | undefined, options: ServerOptions & { readonly link?: boolean }): Promise<number> {
	if (options.link === true) {
		const server = await findServer(io, { ...options, ...(address === undefined ? {} : { server: address }) });
		await clientOf(server).call("getSession", {}, io);
		io.out(`${loginLink(server.url, server.token.reveal())}\n`);
		return exitCode.ok;
	}
	const named = address ?? options.server;
	const found =
		named === undefined ? await findServer(io, options) : { url: checkedUrl(named), token: await tokenFor(io, checkedUrl(named), options) };
	const session = await clientOf(found).call("getSession", {}, io);
	const file = serversFile(io.env);
	await rememberServer(file, found.url, { token: found.token.reveal() });
	io.err(`${io.errPaint.green("✓")} logged in to ${found.url} (Gitward ${session.version}) as ${session.actor.name}; kept in ${file}\n`);
	io.err(
		`  For git:        git config --global credential.${found.url}.helper '!gitward credential'\n  Dashboard:      gitward login --link\n`,
	);
	return exitCode.ok;
}

async function tokenFor(io: Io, url: string, options: ServerOptions): Promise<Secret> {
	if (options.tokenFile !== undefined || io.env["GITWARD_TOKEN"] || io.env["GITWARD_TOKEN_FILE"])
		return (await findServer(io, { ...options, server: url })).token;
	const value = process.stdin.isTTY ? await askSecret(io, `Token for ${url}: `) : await text(process.stdin);
	if (value.trim() === "") {
		throw new AppError("No token was given", {
			code: "TokenRequired",
			kind: "denied",
			hint: "Type it, pipe it in, or give --token-file FILE: it stands in the file `token` of the server's state folder.",
		});
	}
	return new Secret(value.trim());
}

/** A token's file checked to be readable; for `up`, which remembers the file and not the value. */
export async function rememberTokenFile(io: Io, url: string, tokenFile: string): Promise<void> {
	await readTokenFile(tokenFile);
	await rememberServer(serversFile(io.env), url, { tokenFile });
}
