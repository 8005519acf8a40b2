import type { Summary } from "./summarise.ts";

const columns = ["scenario", "figure", "n", "median", "p99", "bare loop", "ratio", "target", ""] as const;

/** A table for people: one row for each figure, numbers to the right. */
export function formatTable(summaries: readonly Summary[]): string {
	const rows = [columns, ...summaries.map(rowOf)];
	const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
	const line = (row: readonly string[]): string =>
		row
			.map((cell, index) =>
				index < 2 || index === columns.length - 1 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
			)
			.join("  ")
			.trimEnd();
	return rows.map(line).join("\n");
}

function rowOf(summary: Summary): readonly string[] {
	const { unit } = summary;
	const targets = [
		...(summary.target === undefined
			? []
			: [`≤ ${summary.ratio === undefined ? format(summary.target, unit) : format(summary.target, "ratio")}`]),
		...(summary.targetP99 === undefined ? [] : [`p99 ≤ ${format(summary.targetP99, unit)}`]),
	];
	return [
		summary.scenario,
		summary.figure,
		String(summary.repetitions),
		format(summary.median, unit),
		summary.repetitions > 1 ? format(summary.p99, unit) : "",
		summary.bare === undefined ? "" : format(summary.bare, unit),
		summary.ratio === undefined ? "" : format(summary.ratio, "ratio"),
		targets.join(", "),
		targets.length === 0 ? "" : summary.met ? "met" : "MISSED",
	];
}

function format(value: number, unit: Summary["unit"]): string {
	if (unit === "count") return String(value);
	const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
	return unit === "ratio" ? value.toFixed(2) : `${value.toFixed(digits)} ${unit}`;
}
