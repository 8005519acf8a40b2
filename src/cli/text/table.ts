import { clean, type Paint, widthOf } from "./paint.ts";

/** One column of a listing. */
export interface Column<T> {
	readonly title: string;
	value(row: T): string;
	/** Colour of the cell. */
	paint?(text: string, row: T): string;
	/** May be cut to fit the terminal; the text is whole where there is none. */
	readonly flexible?: boolean;
}

const gap = "  ";
const narrowest = 8;

/** A table without lines. With `width` the flexible columns are cut so that a row fits. */
export function formatTable<T>(
	columns: readonly Column<T>[],
	rows: readonly T[],
	options: { readonly paint: Paint; readonly width?: number | undefined },
): string {
	const cells = rows.map((row) => columns.map((column) => clean(column.value(row)).replaceAll(/\s+/gu, " ")));
	const widths = columns.map((column, i) => Math.max(widthOf(column.title), ...cells.map((row) => widthOf(row[i] ?? ""))));
	if (options.width !== undefined) shrink(columns, widths, options.width);
	const line = (texts: readonly string[], style: (text: string, i: number) => string) =>
		texts
			.map((text, i) => {
				const cut = cutTo(text, widths[i] ?? 0);
				return style(cut, i) + (i === texts.length - 1 ? "" : " ".repeat((widths[i] ?? 0) - widthOf(cut)));
			})
			.join(gap)
			.trimEnd();
	const head = line(
		columns.map((column) => column.title),
		(text) => options.paint.dim(text),
	);
	const body = cells.map((texts, r) => line(texts, (text, i) => columns[i]?.paint?.(text, rows[r] as T) ?? text));
	return `${[head, ...body].join("\n")}\n`;
}

/** A text cut to so many columns, with `…` where something went. */
export function cutTo(text: string, width: number): string {
	if (widthOf(text) <= width) return text;
	let cut = "";
	for (const character of text) {
		if (widthOf(cut) + widthOf(character) > width - 1) break;
		cut += character;
	}
	return `${cut}…`;
}

function shrink<T>(columns: readonly Column<T>[], widths: number[], limit: number): void {
	for (;;) {
		const total = widths.reduce((sum, each) => sum + each, 0) + gap.length * (widths.length - 1);
		const flexible = widths.map((width, i) =>
			columns[i]?.flexible === true && width > Math.max(narrowest, widthOf(columns[i].title)) ? width : 0,
		);
		const widest = flexible.indexOf(Math.max(...flexible));
		if (total <= limit || (flexible[widest] ?? 0) === 0) return;
		widths[widest] = (widths[widest] ?? 0) - 1;
	}
}
