import type { Dispatcher } from "undici";
import { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import { createPending } from "./pending.ts";

/** A request as it goes over the wire. */
export interface WireRequest {
	readonly method: "GET" | "PATCH" | "POST" | "DELETE";
	/** With the query. */
	readonly path: string;
	/** Names in lower case. */
	readonly headers: Record<string, string | string[]>;
	readonly body: string | undefined;
	/** Longest answer, in bytes. */
	readonly maxBytes: number;
	/** Milliseconds until the whole answer is there. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal | undefined;
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An answer, whatever its status. */
export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
}

/** Sends one request at a time limit; what goes wrong on the way is thrown as it comes. */
export type Send = (dispatcher: Dispatcher, origin: string, request: WireRequest) => Promise<Answer>;

/** Made once for each client. */
export function createSend(clock: Clock): Send {
	const pending = createPending(clock);
	return async (dispatcher, origin, request) =>
		new Promise<Answer>((resolve, reject) => {
			const { signal, maxBytes } = request;
			let status = 0;
			let headers: Headers = {};
			let first: Buffer | undefined;
			let more: Buffer[] | undefined;
			let size = 0;
			let isSettled = false;
			let controller: Dispatcher.DispatchController | undefined;

			const stop = (error: Error): void => {
				if (isSettled) return;
				fail(error);
				controller?.abort(error);
			};
			const cancel = (): void => stop(cancelled(signal));
			const entry = pending.add(request.timeoutMs, stop);
			const settle = (): void => {
				isSettled = true;
				pending.delete(entry);
				signal?.removeEventListener("abort", cancel);
			};
			const fail = (error: Error): void => {
				settle();
				reject(error);
			};
			if (signal !== undefined) {
				if (signal.aborted) {
					fail(cancelled(signal));
					return;
				}
				signal.addEventListener("abort", cancel);
			}
			dispatcher.dispatch(
				{ origin, path: request.path, method: request.method, headers: request.headers, body: request.body ?? null },
				{
					onRequestStart(given) {
						controller = given;
						if (isSettled) given.abort(cancelled(signal));
					},
					onResponseStart(_controller, code, fields) {
						status = code;
						headers = fields;
					},
					onResponseData(_controller, chunk) {
						size += chunk.length;
						if (size > maxBytes) stop(tooLarge(maxBytes));
						else if (first === undefined) first = chunk;
						else (more ??= [first]).push(chunk);
					},
					onResponseEnd() {
						if (isSettled) return;
						settle();
						const bytes = more === undefined ? first : Buffer.concat(more, size);
						resolve({ status, headers, text: bytes === undefined ? "" : bytes.toString("utf8") });
					},
					onResponseError(_controller, error) {
						if (!isSettled) fail(error);
					},
				},
			);
		});
}

/** What a request fails with whose signal was aborted. */
export function cancelled(signal: AbortSignal | undefined): AppError {
	return new AppError("Asking the cluster was cancelled", { code: "Cancelled", kind: "unavailable", cause: signal?.reason });
}

function tooLarge(maxBytes: number): AppError {
	return new AppError(`The cluster's answer is larger than ${maxBytes / 1024 / 1024} MiB`, { code: "AnswerTooLarge", kind: "invalid" });
}
