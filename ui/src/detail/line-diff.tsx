import { type ReactNode, useMemo, useState } from "react";
import { countLines, type DiffLine, type Hunk, hunksOf } from "../diff/lines.ts";

/** So many lines are shown before one has to ask for the rest. */
const firstLines = 200;

/** A unified diff of one field, with line numbers of both sides. */
export function LineDiff({ field, lines }: { readonly field: string; readonly lines: readonly DiffLine[] }): ReactNode {
	const [all, setAll] = useState(false);
	const { hunks, rest } = useMemo(() => hunksOf(lines), [lines]);
	const { added, removed } = useMemo(() => countLines(lines), [lines]);
	const shown = useMemo(() => (all ? hunks : firstOf(hunks, firstLines)), [all, hunks]);
	const total = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
	return (
		<div className="border-t border-line">
			<div className="flex items-baseline gap-3 px-3 py-1.5 text-xs">
				<span className="font-mono text-muted">{field}</span>
				<span className="ml-auto text-muted tabular-nums">
					<span className="text-good">+{added}</span> <span className="text-bad">-{removed}</span>
					<span className="sr-only"> lines</span>
				</span>
			</div>
			<div className="overflow-x-auto border-t border-line">
				<table className="w-full border-collapse font-mono text-[12.5px] leading-5">
					<tbody>
						{shown.map((hunk) => (
							<HunkRows key={`${hunk.lines[0]?.before}-${hunk.lines[0]?.after}`} hunk={hunk} />
						))}
						{rest > 0 && (all || total <= firstLines) ? <Skipped count={rest} /> : null}
					</tbody>
				</table>
			</div>
			{all || total <= firstLines ? null : (
				<button
					type="button"
					onClick={() => setAll(true)}
					className="w-full border-t border-line px-3 py-2 text-left text-[13px] font-medium text-accent -outline-offset-2 hover:bg-raised"
				>
					Show {(total - firstLines).toLocaleString("en")} more lines
				</button>
			)}
		</div>
	);
}

function firstOf(hunks: readonly Hunk[], most: number): readonly Hunk[] {
	let left = most;
	const taken: Hunk[] = [];
	for (const hunk of hunks) {
		if (left <= 0) break;
		taken.push({ ...hunk, lines: hunk.lines.slice(0, left) });
		left -= hunk.lines.length;
	}
	return taken;
}

function HunkRows({ hunk }: { readonly hunk: Hunk }): ReactNode {
	return (
		<>
			{hunk.skipped > 0 ? <Skipped count={hunk.skipped} /> : null}
			{hunk.lines.map((line) => (
				<Line key={`${line.before}-${line.after}`} line={line} />
			))}
		</>
	);
}

const looks = {
	same: { row: "", sign: " ", ink: "text-faint", word: "" },
	removed: { row: "bg-bad-soft", sign: "-", ink: "text-bad", word: "removed: " },
	added: { row: "bg-good-soft", sign: "+", ink: "text-good", word: "added: " },
} as const;

function Line({ line }: { readonly line: DiffLine }): ReactNode {
	const { row, sign, ink, word } = looks[line.type];
	return (
		<tr className={row}>
			<td className="w-px px-2 text-right text-faint tabular-nums select-none">{line.before}</td>
			<td className="w-px px-2 text-right text-faint tabular-nums select-none">{line.after}</td>
			<td className={`w-px pr-1 select-none ${ink}`} aria-hidden="true">
				{sign}
			</td>
			<td className="pr-3 whitespace-pre">
				{word === "" ? null : <span className="sr-only">{word}</span>}
				{line.text === "" ? " " : line.text}
			</td>
		</tr>
	);
}

function Skipped({ count }: { readonly count: number }): ReactNode {
	return (
		<tr className="bg-canvas text-faint">
			<td colSpan={4} className="px-3 py-0.5 text-xs">
				{count.toLocaleString("en")} unchanged {count === 1 ? "line" : "lines"}
			</td>
		</tr>
	);
}
