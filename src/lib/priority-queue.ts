import { createHeap } from "./heap.ts";

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
	/** A worker's error; the queue goes on, also when this throws. */
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
	/** Counts what was added: the first wins a tie. */
	readonly order: number;
}

/** A key's place in the line; out of date where the key no longer waits, or waits with another rank. */
interface Place {
	readonly key: string;
	readonly rank: number;
	readonly order: number;
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
	const line = createHeap<Place>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.order < b.order));
	const later = new Map<string, Later>();
	const running = new Map<string, Promise<void>>();
	const abort = new AbortController();
	let scheduled = false;
	let added = 0;

	/** Priority less the time waited, by which keys are ordered, changes by the same amount for all of them: this part of it stays. */
	function rankOf({ priority, since }: Waiting): number {
		return priority * agingMs + since;
	}

	function enter(key: string, waiting: Waiting): void {
		line.push({ key, rank: rankOf(waiting), order: waiting.order });
	}

	/** The most urgent key that is not running; one that runs takes its place in the line again when it is done. */
	function pick(): string | undefined {
		for (let place = line.pop(); place !== undefined; place = line.pop()) {
			const waiting = ready.get(place.key);
			if (waiting !== undefined && rankOf(waiting) === place.rank && !running.has(place.key)) return place.key;
		}
		return undefined;
	}

	async function work(key: string): Promise<void> {
		// What is thrown at once must not end this function before the key is noted as running.
		const done = (async () => options.worker(key, abort.signal))();
		try {
			await done;
		} catch (error) {
			tell(error, key);
		} finally {
			running.delete(key);
			const again = ready.get(key);
			if (again !== undefined) enter(key, again);
			schedule();
		}
	}

	function tell(error: unknown, key: string): void {
		try {
			options.onError(error, key);
		} catch {
			// A broken listener must not end the process: the queue has nobody else to tell.
		}
	}

	function pump(): void {
		scheduled = false;
		while (running.size < concurrency && !abort.signal.aborted) {
			const key = pick();
			if (key === undefined) return;
			ready.delete(key);
			running.set(key, work(key));
		}
	}

	function schedule(): void {
		if (scheduled) return;
		scheduled = true;
		queueMicrotask(pump);
	}

	function addNow(key: string, priority: number): void {
		const known = ready.get(key);
		if (known === undefined) {
			added += 1;
			const waiting = { priority, since: clock.monotonic(), order: added };
			ready.set(key, waiting);
			enter(key, waiting);
		} else if (priority < known.priority) {
			known.priority = priority;
			enter(key, known);
		}
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
			line.clear();
			await Promise.allSettled(running.values());
		},
	};
}
