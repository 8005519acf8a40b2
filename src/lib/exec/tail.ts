/** Keeps the end of a text that arrives in pieces. */
export interface Tail {
	add(chunk: Buffer): void;
	text(): string;
}

/** Holds about the last `maxBytes`. */
export function createTail(maxBytes: number): Tail {
	const chunks: Buffer[] = [];
	let size = 0;
	return {
		add(chunk) {
			chunks.push(chunk);
			size += chunk.length;
			while (chunks.length > 1 && size - (chunks[0]?.length ?? 0) >= maxBytes) size -= chunks.shift()?.length ?? 0;
		},
		text: () => Buffer.concat(chunks).subarray(-maxBytes).toString("utf8"),
	};
}
