/** Runs work when one of a fixed number of places is free, in the order of the calls. */
export type Slots = <T>(work: () => Promise<T>, options?: { readonly signal?: AbortSignal | undefined }) => Promise<T>;

/** At most `count` pieces of work at once. One whose signal is aborted while it waits rejects with the signal's reason and never starts. */
export function createSlots(count: number): Slots {
	let free = count;
	const waiting = new Set<() => void>();

	async function take(signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		if (free > 0) {
			free -= 1;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const start = (): void => {
				signal?.removeEventListener("abort", leave);
				resolve();
			};
			const leave = (): void => {
				waiting.delete(start);
				reject(signal?.reason as Error);
			};
			waiting.add(start);
			signal?.addEventListener("abort", leave, { once: true });
		});
	}

	function give(): void {
		const [next] = waiting;
		if (next === undefined) {
			free += 1;
			return;
		}
		waiting.delete(next);
		next();
	}

	return async (work, { signal } = {}) => {
		await take(signal);
		try {
			return await work();
		} finally {
			give();
		}
	};
}
