/** A binary heap: the smallest item by `isBefore` comes first. */
export interface Heap<Item> {
	push(item: Item): void;
	/** Takes the first item away, or gives undefined where there is none. */
	pop(): Item | undefined;
	clear(): void;
}

/** Makes an empty heap. */
export function createHeap<Item>(isBefore: (a: Item, b: Item) => boolean): Heap<Item> {
	const items: Item[] = [];

	function rise(item: Item, from: number): void {
		let at = from;
		while (at > 0) {
			const above = (at - 1) >> 1;
			const parent = items[above] as Item;
			if (!isBefore(item, parent)) break;
			items[at] = parent;
			at = above;
		}
		items[at] = item;
	}

	function sink(item: Item): void {
		let at = 0;
		for (let child = 1; child < items.length; child = 2 * at + 1) {
			if (child + 1 < items.length && isBefore(items[child + 1] as Item, items[child] as Item)) child += 1;
			const smaller = items[child] as Item;
			if (!isBefore(smaller, item)) break;
			items[at] = smaller;
			at = child;
		}
		items[at] = item;
	}

	return {
		push(item) {
			items.push(item);
			rise(item, items.length - 1);
		},
		pop() {
			const first = items[0];
			const last = items.pop();
			if (last !== undefined && items.length > 0) sink(last);
			return first;
		},
		clear() {
			items.length = 0;
		},
	};
}
