import type { Identity } from "../../../core/documents/metadata.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Connection } from "./connection.ts";
import type { Login } from "./credentials.ts";
import { isBroken, networkError } from "./network-error.ts";
import { createPools, type Pools } from "./pools.ts";
import { retryAfterMs } from "./retry-after.ts";
import { type Subject, statusError } from "./status-error.ts";
import { type ByteStream, openStream } from "./stream.ts";
import { type Answer, cancelled, createSend, type Headers, type WireRequest } from "./transport.ts";

/** A request to the API server. */
export interface Call {
	readonly method: WireRequest["method"];
	/** Beneath the server's base path, with the query. */
	readonly path: string;
	readonly subject: Subject;
	readonly body?: string;
	readonly contentType?: string;
	readonly accept?: string;
	readonly as?: Identity | undefined;
	/** 16 MiB where absent. */
	readonly maxBytes?: number;
	readonly signal?: AbortSignal | undefined;
	/** Whether it may be sent again when nobody knows whether it arrived. */
	readonly repeatable: boolean;
	/** `If-None-Match`. */
	readonly etag?: string | undefined;
}

/** Sends requests with the right credentials, again where that makes sense. */
export interface Requester {
	/** The answer, whatever its status. */
	send(call: Call): Promise<Answer>;
	/** The answer, which is a success. */
	ask(call: Call): Promise<Answer>;
	/** An answer that comes bit by bit and has no time limit once it began. */
	open(call: Call): Promise<ByteStream>;
	close(): Promise<void>;
}

export interface RequesterOptions {
	readonly clock: Clock;
	/** Most connections for requests. */
	readonly connections: number;
	/** Milliseconds in which a request has to be answered. */
	readonly timeoutMs: number;
	/** Milliseconds that a request waits altogether when the server asks it to come again later. */
	readonly patienceMs: number;
}

/** How often a request is sent at most when the server asks to come again later. */
const maxTries = 6;
const defaultMaxBytes = 16 * 1024 * 1024;
const isBusy = (status: number, headers: Headers): boolean => status === 429 || (status === 503 && retryAfterMs(headers) !== undefined);

export function createRequester(connection: Connection, options: RequesterOptions): Requester {
	const { clock, timeoutMs, patienceMs } = options;
	const { credentials, server } = connection;
	const pools = createPools(connection, options.connections);
	const wire = createSend(clock);
	const { origin } = server;
	const base = server.pathname.replace(/\/+$/u, "");

	function requestOf(call: Call, login: Login): WireRequest {
		return {
			method: call.method,
			path: base + call.path,
			headers: headersOf(call, login, connection.as),
			body: call.body,
			maxBytes: call.maxBytes ?? defaultMaxBytes,
			timeoutMs,
			signal: call.signal,
		};
	}

	/** Sends by `once` until there is an answer that counts. */
	async function persist<Result extends { readonly status: number; readonly headers: Headers }>(
		call: Call,
		once: (pools: Pools, request: WireRequest) => Promise<Result>,
		discard: (result: Result) => void,
	): Promise<Result> {
		let isRenewed = false;
		let isRepeated = false;
		let waited = 0;
		for (let tries = 1; ; tries += 1) {
			const found = credentials.current(signalOf(call));
			const login = found instanceof Promise ? await found : found;
			let result: Result;
			try {
				result = await once(pools.use(login.certificate), requestOf(call, login));
			} catch (error) {
				if (call.signal?.aborted === true) throw cancelled(call.signal);
				if (!call.repeatable || isRepeated || !isBroken(error)) throw networkError(error, connection);
				isRepeated = true;
				continue;
			}
			const { status, headers } = result;
			if (status === 401 && !isRenewed && (await credentials.renew(login, signalOf(call)))) {
				isRenewed = true;
				discard(result);
				continue;
			}
			if (!isBusy(status, headers) || tries >= maxTries) return result;
			// A spread of a fifth, so that all who were sent away do not come back at once.
			const wait = (retryAfterMs(headers) ?? 1000) * (1 + Math.random() / 5);
			if (waited + wait > patienceMs) return result;
			waited += wait;
			discard(result);
			await pause(clock, wait, call.signal);
		}
	}

	const send = async (call: Call): Promise<Answer> =>
		persist(
			call,
			({ requests }, request) => wire(requests, origin, request),
			() => {},
		);

	return {
		send,
		async ask(call) {
			const answer = await send(call);
			if (answer.status >= 300) throw statusError(answer, call.subject);
			return answer;
		},
		async open(call) {
			const stream = await persist(
				call,
				({ streams }, request) => openStream(streams, origin, request, clock),
				(stream) => stream.stop(),
			);
			if (stream.status < 300) return stream;
			const text = await stream.text(64 * 1024).catch((error: unknown) => {
				throw networkError(error, connection);
			});
			throw statusError({ status: stream.status, headers: stream.headers, text }, call.subject);
		},
		close: async () => pools.close(),
	};
}

function headersOf(call: Call, login: Login, fallback: Identity | undefined): WireRequest["headers"] {
	const headers: Record<string, string | string[]> = { accept: call.accept ?? "application/json", "user-agent": "gitward" };
	if (login.authorization !== undefined) headers["authorization"] = login.authorization.reveal();
	if (call.contentType !== undefined) headers["content-type"] = call.contentType;
	if (call.etag !== undefined) headers["if-none-match"] = call.etag;
	const identity = call.as ?? fallback;
	if (identity !== undefined) {
		headers["impersonate-user"] = identity.user;
		if (identity.groups.length > 0) headers["impersonate-group"] = identity.groups;
	}
	return headers;
}

function signalOf({ signal }: Call): { readonly signal?: AbortSignal } {
	return signal === undefined ? {} : { signal };
}

async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const stop = clock.after(ms, () => {
			signal?.removeEventListener("abort", cancel);
			resolve();
		});
		const cancel = (): void => {
			stop();
			reject(cancelled(signal));
		};
		if (signal?.aborted === true) cancel();
		else signal?.addEventListener("abort", cancel, { once: true });
	});
}
