/** One line of a comparison; line numbers count from 1. */
export interface DiffLine {
	readonly type: "same" | "removed" | "added";
	readonly text: string;
	readonly before?: number;
	readonly after?: number;
}

/** Lines that belong together, with how many unchanged ones were left out before them. */
export interface Hunk {
	readonly skipped: number;
	readonly lines: readonly DiffLine[];
}

/** Beyond this many edits the middle is shown as replaced: a person would not read more, and the search grows with the square. */
const mostEdits = 1500;

function splitLines(text: string): readonly string[] {
	if (text === "") return [];
	const lines = text.split("\n");
	if (lines.at(-1) === "") lines.pop();
	return lines;
}

/** The shortest edit script of Myers' "An O(ND) difference algorithm", forward, with the trace kept for the way back. */
function edits(before: readonly string[], after: readonly string[]): readonly ("same" | "removed" | "added")[] | undefined {
	const furthest = new Map<number, number>([[1, 0]]);
	const trace: ReadonlyMap<number, number>[] = [];
	for (let distance = 0; distance <= Math.min(before.length + after.length, mostEdits); distance++) {
		trace.push(new Map(furthest));
		for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
			const down = goesDown(furthest, diagonal, distance);
			let x = down ? (furthest.get(diagonal + 1) ?? 0) : (furthest.get(diagonal - 1) ?? 0) + 1;
			let y = x - diagonal;
			while (x < before.length && y < after.length && before[x] === after[y]) {
				x++;
				y++;
			}
			furthest.set(diagonal, x);
			if (x >= before.length && y >= after.length) return walkBack(trace, before.length, after.length);
		}
	}
	return undefined;
}

function goesDown(furthest: ReadonlyMap<number, number>, diagonal: number, distance: number): boolean {
	if (diagonal === -distance) return true;
	return diagonal !== distance && (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1);
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], width: number, height: number): readonly ("same" | "removed" | "added")[] {
	const steps: ("same" | "removed" | "added")[] = [];
	let x = width;
	let y = height;
	for (let distance = trace.length - 1; distance >= 0; distance--) {
		const furthest = trace[distance] ?? new Map<number, number>();
		const diagonal = x - y;
		const down = goesDown(furthest, diagonal, distance);
		const from = down ? diagonal + 1 : diagonal - 1;
		const fromX = distance === 0 ? 0 : (furthest.get(from) ?? 0);
		const fromY = distance === 0 ? 0 : fromX - from;
		while (x > fromX && y > fromY) {
			steps.push("same");
			x--;
			y--;
		}
		if (distance > 0) steps.push(down ? "added" : "removed");
		x = fromX;
		y = fromY;
	}
	return steps.reverse();
}

/** Compares two texts line by line; an absent text is an empty one. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
	const old = splitLines(before);
	const now = splitLines(after);
	let head = 0;
	while (head < old.length && head < now.length && old[head] === now[head]) head++;
	let tail = 0;
	while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
	const oldMiddle = old.slice(head, old.length - tail);
	const newMiddle = now.slice(head, now.length - tail);
	const middle = edits(oldMiddle, newMiddle) ?? [...oldMiddle.map(() => "removed" as const), ...newMiddle.map(() => "added" as const)];
	const steps = [...new Array<"same">(head).fill("same"), ...middle, ...new Array<"same">(tail).fill("same")];
	let x = 0;
	let y = 0;
	return steps.map((type): DiffLine => {
		if (type === "removed") return { type, text: old[x] ?? "", before: ++x };
		if (type === "added") return { type, text: now[y] ?? "", after: ++y };
		return { type, text: old[x] ?? "", before: ++x, after: ++y };
	});
}

/** The changed lines with `context` unchanged ones around them, and how many were left out in between and at the end. */
export function hunksOf(lines: readonly DiffLine[], context = 3): { readonly hunks: readonly Hunk[]; readonly rest: number } {
	const keep = new Uint8Array(lines.length);
	lines.forEach((line, index) => {
		if (line.type !== "same") keep.fill(1, Math.max(0, index - context), index + context + 1);
	});
	// A gap of one line is shown: saying that it is left out would take as much room.
	for (let index = 0; index < keep.length; index++) {
		if (keep[index] === 0 && keep[index - 1] !== 0 && keep[index + 1] !== 0 && keep.includes(1)) keep[index] = 1;
	}
	const hunks: { skipped: number; lines: DiffLine[] }[] = [];
	let skipped = 0;
	lines.forEach((line, index) => {
		if (keep[index] !== 1) {
			skipped++;
			return;
		}
		if (skipped > 0 || hunks.length === 0) hunks.push({ skipped, lines: [] });
		hunks.at(-1)?.lines.push(line);
		skipped = 0;
	});
	return { hunks, rest: skipped };
}

/** How many lines were added and removed. */
export function countLines(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
	let added = 0;
	let removed = 0;
	for (const line of lines) {
		if (line.type === "added") added++;
		if (line.type === "removed") removed++;
	}
	return { added, removed };
}
