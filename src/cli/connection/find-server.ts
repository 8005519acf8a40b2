import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isLoopback } from "../../api/access/hosts.ts";
import { AppError } from "../../core/app-error.ts";
import { Secret } from "../../lib/secret.ts";
import type { Io } from "../io.ts";
import { findServerFile, type ServerFile } from "./server-file.ts";
import { readServers, type Servers, serversFile } from "./servers-file.ts";

/** Options of every command that speaks to a server. */
export interface ServerOptions {
	readonly server?: string;
	readonly tokenFile?: string;
}

/** A server and how to prove who we are. */
export interface FoundServer {
	readonly url: string;
	readonly token: Secret;
	/** Where it was found, for people. */
	readonly from: string;
}

/**
 * Finds the server: --server, GITWARD_SERVER, the nearest `.gitward/server.json` upward, then the one logged in to last. A token
 * that is named itself goes before the one that belongs to the address. A `server.json` may come with somebody's repository: where it
 * names a server that the user does not know, it gets no token but its own, and only on this machine.
 */
export async function findServer(io: Pick<Io, "env" | "cwd">, options: ServerOptions): Promise<FoundServer> {
	const { url, from, isOwnChoice, token } = await findAddress(io, options);
	const named = isOwnChoice || options.tokenFile !== undefined ? await namedToken(io, options) : undefined;
	const found = named ?? (await token());
	if (found === undefined) {
		throw new AppError(`There is no token for ${url}`, {
			code: "TokenRequired",
			kind: "denied",
			hint: `Run \`gitward login ${url}\`, or give --token-file FILE.`,
		});
	}
	return { url, token: found, from };
}

interface Address {
	readonly url: string;
	readonly from: string;
	/** Whether the user named it, now or before. */
	readonly isOwnChoice: boolean;
	token(): Promise<Secret | undefined>;
}

async function findAddress({ env, cwd }: Pick<Io, "env" | "cwd">, options: ServerOptions): Promise<Address> {
	const known = await readServers(serversFile(env));
	const nearest = await findServerFile(cwd);
	const named = options.server ?? (env["GITWARD_SERVER"] || undefined);
	if (named !== undefined) {
		const url = checkedUrl(named);
		const near = nearest !== undefined && nearest.url === url ? nearest : undefined;
		const from = options.server === undefined ? "GITWARD_SERVER" : "--server";
		return { url, from, isOwnChoice: true, token: () => tokenNear(near, known, url) };
	}
	if (nearest !== undefined) {
		const { url } = nearest;
		const isOwnChoice = Object.hasOwn(known.servers, url);
		if (!isOwnChoice && !isHere(url)) {
			throw new AppError(`.gitward/server.json names ${url}, which you never logged in to`, {
				code: "ServerUnknown",
				kind: "denied",
				hint: `If that server is yours, run \`gitward login ${url}\`; else name yours with --server URL.`,
			});
		}
		return { url, from: ".gitward/server.json", isOwnChoice, token: () => tokenNear(nearest, known, url) };
	}
	const { current } = known;
	if (current !== undefined)
		return { url: current, from: "the last login", isOwnChoice: true, token: () => tokenOf(known.servers[current]) };
	throw new AppError("No Gitward server is known", {
		code: "NoServer",
		kind: "unavailable",
		hint: "Start one with `gitward up --control FOLDER`, log in with `gitward login URL`, or name one with --server URL.",
	});
}

/** Whether an address is reached on this machine only. */
function isHere(url: string): boolean {
	return isLoopback(new URL(url).hostname.replace(/^\[|\]$/gu, ""));
}

/** The token beside a `server.json` where that is safe to believe, else the one that the user gave. */
function tokenNear(near: ServerFile | undefined, known: Servers, url: string): Promise<Secret | undefined> {
	const entry = Object.hasOwn(known.servers, url) ? known.servers[url] : undefined;
	if (near?.isBeside === true && (entry !== undefined || isHere(url))) return readTokenFile(near.tokenFile);
	return tokenOf(entry);
}

async function namedToken({ env, cwd }: Pick<Io, "env" | "cwd">, options: ServerOptions): Promise<Secret | undefined> {
	if (options.tokenFile !== undefined) return readTokenFile(resolve(cwd, options.tokenFile));
	if (env["GITWARD_TOKEN"]) return new Secret(env["GITWARD_TOKEN"].trim());
	if (env["GITWARD_TOKEN_FILE"]) return readTokenFile(resolve(cwd, env["GITWARD_TOKEN_FILE"]));
	return undefined;
}

async function tokenOf(
	entry: { readonly token?: string | undefined; readonly tokenFile?: string | undefined } | undefined,
): Promise<Secret | undefined> {
	if (entry?.token !== undefined) return new Secret(entry.token);
	return entry?.tokenFile === undefined ? undefined : readTokenFile(entry.tokenFile);
}

/** The token in a file; `denied` where it cannot be read. */
export async function readTokenFile(file: string): Promise<Secret> {
	try {
		return new Secret((await readFile(file, "utf8")).trim());
	} catch (error) {
		throw new AppError(`The token file ${file} cannot be read: ${(error as Error).message}`, {
			code: "TokenFileUnreadable",
			kind: "denied",
			hint: "Run as the user who started Gitward, or log in with `gitward login`.",
			cause: error,
		});
	}
}

/** An address as it is kept: its origin. Without a scheme it is one with TLS, unless it is on this machine: a token is to follow. */
export function checkedUrl(text: string): string {
	try {
		if (/^https?:\/\//u.test(text)) return new URL(text).origin;
		const { origin } = new URL(`http://${text}`);
		return isHere(origin) ? origin : new URL(`https://${text}`).origin;
	} catch {
		throw new AppError(`${JSON.stringify(text)} is not the address of a server`, {
			code: "InvalidAddress",
			kind: "invalid",
			hint: "It looks like http://127.0.0.1:7474.",
		});
	}
}
