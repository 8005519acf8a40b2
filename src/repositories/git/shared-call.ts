import { AppError } from "../../core/app-error.ts";

interface Flight {
	readonly result: Promise<void>;
	readonly abort: AbortController;
	callers: number;
}

/** Work of which only one runs at a time. */
export interface SharedCall {
	call(signal?: AbortSignal): Promise<void>;
	/** Resolves when nothing runs; never rejects. */
	idle(): Promise<void>;
}

/**
 * Makes calls that come while one is under way share it. A caller whose signal fires leaves alone; the work itself is
 * cancelled when nobody waits for it any more.
 */
export function createSharedCall(work: (signal: AbortSignal) => Promise<void>): SharedCall {
	let flight: Flight | undefined;

	function start(): Flight {
		const abort = new AbortController();
		const started: Flight = {
			abort,
			callers: 0,
			result: work(abort.signal).finally(() => {
				flight = undefined;
			}),
		};
		started.result.catch(() => {});
		return started;
	}

	async function call(signal?: AbortSignal): Promise<void> {
		if (signal?.aborted === true) throw cancelled(signal);
		// One that everybody left is ending: the next starts after it.
		while (flight?.abort.signal.aborted === true) await flight.result.catch(() => {});
		flight ??= start();
		const mine = flight;
		mine.callers += 1;
		let leave = (): void => {};
		const left = new Promise<never>((_, reject) => {
			leave = () => reject(cancelled(signal));
			signal?.addEventListener("abort", leave, { once: true });
		});
		try {
			await Promise.race([mine.result, left]);
		} finally {
			signal?.removeEventListener("abort", leave);
			mine.callers -= 1;
			if (mine.callers === 0) mine.abort.abort();
		}
	}

	return {
		call,
		async idle() {
			while (flight !== undefined) await flight.result.catch(() => {});
		},
	};
}

function cancelled(signal: AbortSignal | undefined): AppError {
	return new AppError("The fetch was cancelled", { code: "Cancelled", kind: "unavailable", cause: signal?.reason });
}
