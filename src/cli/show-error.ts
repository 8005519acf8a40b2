import type { AppError } from "../core/app-error.ts";
import { clean, type Paint } from "./text/paint.ts";
import { wrap } from "./text/wrap.ts";

/** An error as a person reads it: what, where, the line itself, and what to do. */
export function showError(error: AppError, paint: Paint, width?: number): string {
	const lines = [
		wrap(`${clean(error.message)} ${paint.dim(`(${error.code})`)}`, `${paint.red(paint.bold("error:"))} `, 7, width).trimEnd(),
	];
	const { place } = error;
	if (place !== undefined) {
		const position = [place.file, place.line, place.column].filter((each) => each !== undefined).join(":");
		lines.push(`  ${paint.cyan("at")} ${clean(position)}${place.key === undefined ? "" : ` ${paint.dim(`key ${clean(place.key)}`)}`}`);
		if (place.quote !== undefined) {
			const number = String(place.line ?? "");
			const quote = clean(place.quote).replaceAll("\t", " ");
			lines.push(`  ${paint.dim(`${number} |`)} ${quote}`);
			if (place.column !== undefined && place.column <= quote.length + 1)
				lines.push(`  ${" ".repeat(number.length)} ${paint.dim("|")} ${" ".repeat(place.column - 1)}${paint.red("^")}`);
		}
	}
	if (error.code === "Internal" && error.kind === "internal") {
		const stack = error.cause instanceof Error ? error.cause.stack : error.stack;
		lines.push(
			paint.dim(clean(stack ?? "")),
			`${paint.cyan("hint:")} This is a mistake in Gitward itself: please report it with the lines above.`,
		);
	}
	if (error.hint !== undefined) lines.push(wrap(clean(error.hint), `${paint.cyan("hint:")} `, 6, width).trimEnd());
	return `${lines.join("\n")}\n`;
}
