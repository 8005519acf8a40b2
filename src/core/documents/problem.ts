import { AppError, type SourcePlace } from "../app-error.ts";

/** One thing that is wrong in a file, with all that a reader needs to mend it. */
export interface Problem {
	readonly place: SourcePlace;
	/** What is wrong, one sentence without a full stop. */
	readonly message: string;
	/** What to do, one sentence. */
	readonly hint?: string;
}

/** Most problems that are shown at once. */
const maxShown = 20;

function where({ file, line, column }: SourcePlace): string {
	return `${file}${line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`}`;
}

/** A problem as a good compiler shows it: place, message, the line with a caret, what to do. */
export function formatProblem(
	problem: Problem,
	paint: (text: string, role: "error" | "quiet" | "strong") => string = (text) => text,
): string {
	const { place, message, hint } = problem;
	const key = place.key === undefined || place.key === "" ? "" : ` ${place.key}:`;
	const lines = [`${paint(`${where(place)}:`, "strong")}${key} ${paint(message, "error")}`];
	if (place.quote !== undefined && place.line !== undefined) {
		const margin = `${place.line} | `;
		const shown = place.quote.length > 160 ? `${place.quote.slice(0, 159)}…` : place.quote;
		lines.push(`  ${paint(margin, "quiet")}${shown}`);
		if (place.column !== undefined && place.column <= 160) {
			const indent = shown.slice(0, place.column - 1).replace(/[^\t]/gu, " ");
			lines.push(`  ${" ".repeat(margin.length)}${indent}${paint("^", "error")}`);
		}
	}
	if (hint !== undefined) lines.push(`  ${hint}`);
	return lines.join("\n");
}

/** All problems as one error of kind `invalid`; its place is the first one's. */
export function problemsError(problems: readonly Problem[], code = "DocumentsInvalid"): AppError {
	const first = problems[0];
	const shown = problems.slice(0, maxShown).map((problem) => formatProblem(problem));
	const rest = problems.length > maxShown ? [`… and ${problems.length - maxShown} more`] : [];
	return new AppError([...shown, ...rest].join("\n"), {
		code,
		kind: "invalid",
		...(first === undefined ? {} : { place: first.place }),
		...(problems.length === 1 && first?.hint !== undefined ? { hint: first.hint } : {}),
	});
}
