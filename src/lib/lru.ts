/** Keeps what was used last, up to a total weight. */
export interface Lru<Value> {
	get(key: string): Value | undefined;
	set(key: string, value: Value, weight?: number): void;
	clear(): void;
}

export function createLru<Value>(maxWeight: number): Lru<Value> {
	const items = new Map<string, { readonly value: Value; readonly weight: number }>();
	let total = 0;
	function remove(key: string): void {
		total -= items.get(key)?.weight ?? 0;
		items.delete(key);
	}
	return {
		get(key) {
			const item = items.get(key);
			if (item === undefined) return undefined;
			items.delete(key);
			items.set(key, item);
			return item.value;
		},
		set(key, value, weight = 1) {
			remove(key);
			if (weight > maxWeight) return;
			items.set(key, { value, weight });
			total += weight;
			for (const oldest of items.keys()) {
				if (total <= maxWeight) break;
				remove(oldest);
			}
		},
		clear() {
			items.clear();
			total = 0;
		},
	};
}
