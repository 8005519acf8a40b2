/** Colours for a terminal, or nothing where there is none. */
export interface Paint {
	bold(text: string): string;
	dim(text: string): string;
	red(text: string): string;
	green(text: string): string;
	yellow(text: string): string;
	blue(text: string): string;
	cyan(text: string): string;
	/** White on red: what destroys. */
	alarm(text: string): string;
}

/** Paint with colours on or off. */
export function createPaint(on: boolean): Paint {
	const style = (open: string, close: string) => (text: string) => (on && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text);
	return {
		bold: style("1", "22"),
		dim: style("2", "22"),
		red: style("31", "39"),
		green: style("32", "39"),
		yellow: style("33", "39"),
		blue: style("34", "39"),
		cyan: style("36", "39"),
		alarm: style("1;97;41", "0"),
	};
}

/** Text from elsewhere without control characters, and with a mark for those that turn its direction: it must neither steer the terminal nor read as what it is not. */
export function clean(text: string): string {
	return text
		.replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/gu, "")
		.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu, "")
		.replaceAll(/[\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** Columns that a text takes, colours not counted. */
export function widthOf(text: string): number {
	let width = 0;
	for (const character of text.replaceAll(/\u001b\[[0-9;]*m/gu, "")) {
		const code = character.codePointAt(0) ?? 0;
		width +=
			code >= 0x1100 &&
			(code <= 0x115f ||
				(code >= 0x2e80 && code <= 0xa4cf) ||
				(code >= 0xac00 && code <= 0xd7a3) ||
				(code >= 0xf900 && code <= 0xfaff) ||
				(code >= 0xfe30 && code <= 0xfe6f) ||
				(code >= 0xff00 && code <= 0xff60) ||
				code >= 0x1f300)
				? 2
				: 1;
	}
	return width;
}
