import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** Writes to one client with back-pressure: one that takes nothing for `stallMs` is dropped, and may come back where it was. */
export class StreamWriter {
	readonly #response: ServerResponse;
	readonly #stallMs: number;

	constructor(response: ServerResponse, stallMs: number) {
		this.#response = response;
		this.#stallMs = stallMs;
	}

	/** False once the client is gone or was dropped. */
	async write(text: string, signal: AbortSignal): Promise<boolean> {
		if (this.#response.destroyed || this.#response.writableEnded || signal.aborted) return false;
		if (this.#response.write(text)) return true;
		const stall = AbortSignal.timeout(this.#stallMs);
		try {
			await once(this.#response, "drain", { signal: AbortSignal.any([signal, stall]) });
			return true;
		} catch {
			if (stall.aborted) this.#response.destroy();
			return false;
		}
	}
}
