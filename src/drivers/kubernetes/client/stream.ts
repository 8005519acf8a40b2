import type { Dispatcher } from "undici";
import type { Clock } from "../../../ports/clock.ts";
import { LateError } from "./pending.ts";
import { cancelled, type Headers, type WireRequest } from "./transport.ts";

/** An answer that comes bit by bit. */
export interface ByteStream {
	readonly status: number;
	readonly headers: Headers;
	/** All that has come since the last call, at least something; undefined at the end. One caller at a time. */
	read(): Promise<readonly Buffer[] | undefined>;
	/** All of it as text, cut at `maxBytes`. */
	text(maxBytes: number): Promise<string>;
	/** Ends it; a `read` that waits fails with `error`. */
	stop(error?: Error): void;
	/** Milliseconds for which `read` has waited in vain; 0 where nobody waits. */
	waiting(): number;
}

/** Bytes that wait to be read before the sender is held back. */
const highWater = 4 * 1024 * 1024;

/** Sends a request and resolves when its answer begins. */
export async function openStream(dispatcher: Dispatcher, origin: string, request: WireRequest, clock: Clock): Promise<ByteStream> {
	const { signal } = request;
	if (signal?.aborted === true) throw cancelled(signal);
	return new Promise((resolve, reject) => {
		let controller: Dispatcher.DispatchController | undefined;
		let chunks: Buffer[] = [];
		let size = 0;
		let ended: { readonly error: Error | undefined } | undefined;
		let reader: { resolve(chunks: readonly Buffer[] | undefined): void; reject(error: Error): void } | undefined;
		let waitingSince = 0;
		const limit = clock.after(request.timeoutMs, () => stop(new LateError("not answered in time")));
		const cancel = (): void => stop(cancelled(signal));
		signal?.addEventListener("abort", cancel, { once: true });

		function end(error: Error | undefined): void {
			if (ended !== undefined) return;
			ended = { error };
			limit();
			signal?.removeEventListener("abort", cancel);
			if (error === undefined) reader?.resolve(undefined);
			else reader?.reject(error);
			reader = undefined;
			if (error !== undefined) reject(error);
		}

		function stop(error: Error = new Error("stopped")): void {
			if (ended !== undefined) return;
			end(error);
			controller?.abort(error);
		}

		function take(): readonly Buffer[] {
			const taken = chunks;
			chunks = [];
			size = 0;
			if (controller?.paused === true) controller.resume();
			return taken;
		}

		async function read(): Promise<readonly Buffer[] | undefined> {
			if (chunks.length > 0) return take();
			if (ended !== undefined) {
				if (ended.error !== undefined) throw ended.error;
				return undefined;
			}
			waitingSince = clock.monotonic();
			return new Promise((resolve, reject) => {
				reader = { resolve, reject };
			});
		}

		const streamOf = (status: number, headers: Headers): ByteStream => ({
			status,
			headers,
			read,
			async text(maxBytes) {
				const all: Buffer[] = [];
				let total = 0;
				for (let some = await read(); some !== undefined && total < maxBytes; some = await read()) {
					for (const chunk of some) {
						all.push(chunk);
						total += chunk.length;
					}
				}
				stop();
				return Buffer.concat(all).subarray(0, maxBytes).toString("utf8");
			},
			stop,
			waiting: () => (reader === undefined ? 0 : clock.monotonic() - waitingSince),
		});

		dispatcher.dispatch(
			{ origin, path: request.path, method: request.method, headers: request.headers, body: request.body ?? null, blocking: true },
			{
				onRequestStart(given) {
					controller = given;
					if (ended !== undefined) given.abort(ended.error ?? new Error("stopped"));
				},
				onResponseStart(_controller, status, headers) {
					limit();
					resolve(streamOf(status, headers));
				},
				onResponseData(given, chunk) {
					if (ended !== undefined) return;
					chunks.push(chunk);
					size += chunk.length;
					if (reader !== undefined) {
						const { resolve } = reader;
						reader = undefined;
						resolve(take());
					} else if (size > highWater) given.pause();
				},
				onResponseEnd: () => end(undefined),
				onResponseError: (_controller, error) => end(error),
			},
		);
	});
}
