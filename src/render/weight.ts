/** About the characters that a value takes as text, shared parts counted each time they stand there; stops counting once it is more than `most`. */
export function weightOf(value: unknown, most: number): number {
	let weight = 0;
	const add = (item: unknown): void => {
		weight += typeof item === "string" ? item.length + 2 : 4;
		if (typeof item !== "object" || item === null) return;
		for (const [key, child] of Object.entries(item)) {
			if (weight > most) return;
			weight += key.length;
			add(child);
		}
	};
	add(value);
	return weight;
}
