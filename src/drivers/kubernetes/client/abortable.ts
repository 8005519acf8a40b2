import { cancelled } from "./transport.ts";

/** What `promise` gives, or a failure as soon as the signal is aborted; the promise itself goes on for others. */
export async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
	if (signal === undefined) return promise;
	if (signal.aborted) throw cancelled(signal);
	return new Promise((resolve, reject) => {
		const cancel = (): void => reject(cancelled(signal));
		signal.addEventListener("abort", cancel, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
	});
}
