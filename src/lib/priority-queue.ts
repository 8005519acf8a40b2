interface Timer {
	monotonic(): number;
	after(ms: number, run: () => void): () => void;
}

export interface PriorityQueueOptions {
	/** Keys that are worked on at once. */
	readonly concurrency: number;
	readonly clock: Timer;
	/** Called with one key at a time, never twice at once for the same. */
	readonly worker: (key: string, signal: AbortSignal) => Promise<void>;
	/** A worker's error; the queue goes on. */
	readonly onError: (error: unknown, key: string) => void;
	/** After how long a waiting key counts as one level more urgent, so that none starves. Default 1 s. */
	readonly agingMs?: number;
}

/** A queue of keys, each of which is worked on by one worker at a time. */
export interface PriorityQueue {
	/** Adds a key, lower priorities first; adding it again before it ran keeps the more urgent priority and the earlier time. */
	add(key: string, priority: number, options?: { readonly afterMs?: number }): void;
	/** Keys that wait to run now or are running. */
	readonly size: number;
	/** Takes nothing more, tells workers to stop and waits until they have. */
	close(): Promise<void>;
}

interface Waiting {
	priority: number;
	/** Monotonic time at which it began to wait. */
	readonly since: number;
}

interface Later {
	priority: number;
	readonly at: number;
	readonly cancel: () => void;
}

/** Makes a queue that runs by itself. */
export function createPriorityQueue(options: PriorityQueueOptions): PriorityQueue {
	const { clock, concurrency, agingMs = 1000 } = options;
	const ready = new Map<string, Waiting>();
	const later = new Map<string, Later>();
	const running = new Map<string, Promise<void>>();
	const abort = new AbortController();
	let scheduled = false;

	/** The most urgent key that is not running: by priority less the time it has waited; the first added wins a tie. */
	function pick(): string | undefined {
		const now = clock.monotonic();
		let best: string | undefined;
		let bestRank = Number.POSITIVE_INFINITY;
		for (const [key, { priority, since }] of ready) {
			if (running.has(key)) continue;
			const rank = priority - (now - since) / agingMs;
			if (rank < bestRank) {
				best = key;
				bestRank = rank;
			}
		}
		return best;
	}

	function pump(): void {
		scheduled = false;
		while (running.size < concurrency && !abort.signal.aborted) {
			const key = pick();
			if (key === undefined) return;
			ready.delete(key);
			const work = (async () => options.worker(key, abort.signal))()
				.catch((error: unknown) => options.onError(error, key))
				.finally(() => {
					running.delete(key);
					schedule();
				});
			running.set(key, work);
		}
	}

	function schedule(): void {
		if (scheduled) return;
		scheduled = true;
		queueMicrotask(pump);
	}

	function addNow(key: string, priority: number): void {
		const known = ready.get(key);
		if (known === undefined) ready.set(key, { priority, since: clock.monotonic() });
		else known.priority = Math.min(known.priority, priority);
		schedule();
	}

	function addLater(key: string, priority: number, afterMs: number): void {
		const at = clock.monotonic() + afterMs;
		const known = later.get(key);
		if (known !== undefined && known.at <= at) {
			known.priority = Math.min(known.priority, priority);
			return;
		}
		known?.cancel();
		const entry: Later = {
			priority: Math.min(priority, known?.priority ?? priority),
			at,
			cancel: clock.after(afterMs, () => {
				later.delete(key);
				if (!abort.signal.aborted) addNow(key, entry.priority);
			}),
		};
		later.set(key, entry);
	}

	return {
		add(key, priority, { afterMs = 0 } = {}) {
			if (abort.signal.aborted) return;
			if (afterMs > 0) addLater(key, priority, afterMs);
			else addNow(key, priority);
		},
		get size() {
			return ready.size + running.size;
		},
		async close() {
			abort.abort();
			for (const { cancel } of later.values()) cancel();
			later.clear();
			ready.clear();
			await Promise.allSettled(running.values());
		},
	};
}
