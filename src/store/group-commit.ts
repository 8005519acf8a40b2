/** One write that waits for the next commit. */
export interface Pending<Item, Result> {
	readonly item: Item;
	readonly resolve: (result: Result) => void;
	readonly reject: (error: unknown) => void;
}

/** Gathers items that are given at about the same time and has them committed together, one batch at a time, in order. */
export interface GroupCommit<Item, Result> {
	add(item: Item): Promise<Result>;
	/** Resolves when everything that was added is committed or refused. */
	idle(): Promise<void>;
}

/** Most items of one batch. */
const maxBatch = 500;
/** How long a batch takes further items, in milliseconds: the database's driver is synchronous, and everything else waits meanwhile. */
const maxMs = 20;

/** `commit` settles each pending item that it takes from the batch; what it throws refuses all of those. */
export function createGroupCommit<Item, Result>(
	commit: (batch: Iterable<Pending<Item, Result>>) => Promise<void>,
): GroupCommit<Item, Result> {
	const queue: Pending<Item, Result>[] = [];
	let last = { end: Number.NEGATIVE_INFINITY, took: 0 };
	let running: Promise<void> | undefined;

	function* batchInto(taken: Pending<Item, Result>[]): Generator<Pending<Item, Result>> {
		const end = performance.now() + maxMs;
		while (taken.length < maxBatch && (taken.length === 0 || performance.now() < end)) {
			const next = queue.shift();
			if (next === undefined) return;
			taken.push(next);
			yield next;
		}
	}

	async function drain(): Promise<void> {
		while (queue.length > 0) {
			// Lets in what is added in the same turn, and between two batches everything else that waits for the loop.
			await new Promise((resolve) => setImmediate(resolve));
			// Where several write at once, at most half of the time goes into commits: each takes more of them.
			const rest = last.took - (performance.now() - last.end);
			if (queue.length > 1 && rest > 1) await new Promise((resolve) => setTimeout(resolve, Math.min(rest, maxMs)));
			const taken: Pending<Item, Result>[] = [];
			const started = performance.now();
			try {
				await commit(batchInto(taken));
			} catch (error) {
				for (const pending of taken) pending.reject(error);
			}
			const end = performance.now();
			last = { end, took: end - started };
		}
		running = undefined;
	}

	return {
		add(item) {
			return new Promise<Result>((resolve, reject) => {
				queue.push({ item, resolve, reject });
				running ??= drain();
			});
		},
		async idle() {
			await running;
		},
	};
}
