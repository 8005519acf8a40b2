/** Collects items and hands them on together. */
export interface Batch<T> {
	add(item: T): void;
	/** Drops what is collected and takes nothing more. */
	close(): void;
}

/**
 * Hands items on at most once in `waitMs`, and never while the last hand-over still runs: however many events come, one
 * refresh at a time is under way.
 */
export function createBatch<T>(handOver: (items: readonly T[]) => Promise<void>, waitMs: number): Batch<T> {
	let items: T[] = [];
	let timer: ReturnType<typeof setTimeout> | undefined;
	let running = false;
	let closed = false;

	function schedule(): void {
		if (timer !== undefined || running || closed || items.length === 0) return;
		timer = setTimeout(() => {
			timer = undefined;
			const taken = items;
			items = [];
			running = true;
			const done = (): void => {
				running = false;
				schedule();
			};
			handOver(taken).then(done, done);
		}, waitMs);
	}

	return {
		add(item) {
			if (closed) return;
			items.push(item);
			schedule();
		},
		close() {
			closed = true;
			items = [];
			clearTimeout(timer);
			timer = undefined;
		},
	};
}
