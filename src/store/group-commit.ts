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

const maxBatch = 500;

/** `commit` settles each pending item; what it throws refuses the whole batch. */
export function createGroupCommit<Item, Result>(
	commit: (batch: readonly Pending<Item, Result>[]) => Promise<void>,
): GroupCommit<Item, Result> {
	const queue: Pending<Item, Result>[] = [];
	let running: Promise<void> | undefined;

	async function drain(): Promise<void> {
		await new Promise((resolve) => setImmediate(resolve));
		while (queue.length > 0) {
			const batch = queue.splice(0, maxBatch);
			try {
				await commit(batch);
			} catch (error) {
				for (const pending of batch) pending.reject(error);
			}
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
