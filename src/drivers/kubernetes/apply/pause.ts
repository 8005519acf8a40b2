import type { Clock } from "../../../ports/clock.ts";

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const onAbort = (): void => {
			stop();
			reject(signal?.reason instanceof Error ? signal.reason : new Error("stopped"));
		};
		const stop = clock.after(ms, () => {
			signal?.removeEventListener("abort", onAbort);
			resolve();
		});
		signal?.addEventListener("abort", onAbort, { once: true });
	});
}
