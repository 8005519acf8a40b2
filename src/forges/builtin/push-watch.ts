/** Tells of pushes that moved a branch or tag: once for each movement, however many pushes run at the same time. */
export interface PushWatch {
	/** Before a push; the returned function is called after it, whatever became of it. */
	begin(name: string): Promise<() => Promise<void>>;
}

interface Watched {
	running: number;
	/** Refs of which everybody was told. */
	told: string;
	/** Steps on one repository happen one after the other. */
	last: Promise<unknown>;
}

/** `refs` is what stands there now; `onMoved` hears the name. */
export function createPushWatch(refs: (name: string) => Promise<string>, onMoved: (name: string) => void): PushWatch {
	const all = new Map<string, Watched>();

	function inTurn<T>(item: Watched, step: () => Promise<T>): Promise<T> {
		const result = item.last.then(step, step);
		item.last = result.catch(() => {});
		return result;
	}

	return {
		async begin(name) {
			const item = all.get(name) ?? { running: 0, told: "", last: Promise.resolve() };
			all.set(name, item);
			item.running += 1;
			const isFirst = item.running === 1;
			const end = (): void => {
				item.running -= 1;
				if (item.running === 0) all.delete(name);
			};
			try {
				await inTurn(item, async () => {
					if (isFirst) item.told = await refs(name);
				});
			} catch (error) {
				end();
				throw error;
			}
			return () =>
				inTurn(item, async () => {
					const now = await refs(name);
					if (now === item.told) return;
					item.told = now;
					onMoved(name);
				}).finally(end);
		},
	};
}
