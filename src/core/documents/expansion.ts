/** Most nodes of a document once its aliases are written out. */
const maxNodes = 200_000;

/** Whether a document that shares parts by aliases would grow beyond measure, or for ever, when it is written out. */
export function expandsTooFar(value: unknown): boolean {
	const sizes = new Map<object, number>();
	const open = new Set<object>();
	const sizeOf = (node: unknown): number => {
		if (typeof node !== "object" || node === null) return 1;
		if (open.has(node)) return Number.POSITIVE_INFINITY;
		const known = sizes.get(node);
		if (known !== undefined) return known;
		open.add(node);
		let size = 1;
		for (const child of Object.values(node)) size += sizeOf(child);
		open.delete(node);
		sizes.set(node, size);
		return size;
	};
	return sizeOf(value) > maxNodes;
}
