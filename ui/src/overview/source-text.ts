/** Where the control documents come from; a path that is the whole repository is not worth a colon. */
export function sourceText(source: string): string {
	return source.replace(/(?<=#.+):$/u, "");
}
