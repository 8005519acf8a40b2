import type { Log } from "../../ports/log.ts";

/** Work that nobody waits for, one piece at a time, until it is closed. */
export interface Background {
	/** Starts it, unless other work is under way. */
	start(name: string, work: (signal: AbortSignal) => Promise<unknown>): void;
	/** Fires when closing began. */
	readonly signal: AbortSignal;
	/** Cancels what runs and waits for it. */
	close(): Promise<void>;
}

export function createBackground(log: Log, keys: Readonly<Record<string, unknown>>): Background {
	const closing = new AbortController();
	let current: Promise<void> | undefined;

	async function guarded(name: string, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
		try {
			await work(closing.signal);
		} catch (error) {
			if (!closing.signal.aborted) log.warn("background work failed", { ...keys, work: name, error: String(error) });
		} finally {
			current = undefined;
		}
	}

	return {
		signal: closing.signal,
		start(name, work) {
			if (current === undefined && !closing.signal.aborted) current = guarded(name, work);
		},
		async close() {
			closing.abort();
			await current;
		},
	};
}
