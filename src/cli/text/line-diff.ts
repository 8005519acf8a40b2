/** A line of a difference; `skip` stands for lines that are the same on both sides. */
export interface DiffLine {
	readonly type: "same" | "removed" | "added" | "skip";
	readonly text: string;
}

const context = 2;
const mostCells = 4_000_000;

/** Lines that differ, each with two lines around. Texts too large to compare line by line are given as a whole removed and added. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
	const a = before.split("\n");
	const b = after.split("\n");
	let start = 0;
	while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
	let end = 0;
	while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
	const same = (text: string): DiffLine => ({ type: "same", text });
	return shorten([
		...a.slice(0, start).map(same),
		...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
		...a.slice(a.length - end).map(same),
	]);
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
	const removed = (text: string): DiffLine => ({ type: "removed", text });
	const added = (text: string): DiffLine => ({ type: "added", text });
	if (a.length === 0 || b.length === 0 || a.length * b.length > mostCells) return [...a.map(removed), ...b.map(added)];
	// Lengths of the longest common rest, by which the walk below chooses.
	const columns = b.length + 1;
	const rest = new Uint32Array((a.length + 1) * columns);
	for (let i = a.length - 1; i >= 0; i -= 1) {
		for (let j = b.length - 1; j >= 0; j -= 1) {
			rest[i * columns + j] =
				a[i] === b[j]
					? (rest[(i + 1) * columns + j + 1] ?? 0) + 1
					: Math.max(rest[(i + 1) * columns + j] ?? 0, rest[i * columns + j + 1] ?? 0);
		}
	}
	const lines: DiffLine[] = [];
	let i = 0;
	let j = 0;
	while (i < a.length || j < b.length) {
		if (i < a.length && j < b.length && a[i] === b[j]) {
			lines.push({ type: "same", text: a[i] ?? "" });
			i += 1;
			j += 1;
		} else if (j >= b.length || (i < a.length && (rest[(i + 1) * columns + j] ?? 0) >= (rest[i * columns + j + 1] ?? 0)))
			lines.push(removed(a[i++] ?? ""));
		else lines.push(added(b[j++] ?? ""));
	}
	return lines;
}

function shorten(lines: readonly DiffLine[]): readonly DiffLine[] {
	const near = new Set<number>();
	for (const [i, line] of lines.entries()) {
		if (line.type !== "same") for (let k = i - context; k <= i + context; k += 1) near.add(k);
	}
	const result: DiffLine[] = [];
	for (const [i, line] of lines.entries()) {
		if (near.has(i)) result.push(line);
		else if (result.at(-1)?.type !== "skip") result.push({ type: "skip", text: "" });
	}
	if (result.at(-1)?.type === "skip") result.pop();
	if (result[0]?.type === "skip") result.shift();
	return result;
}
