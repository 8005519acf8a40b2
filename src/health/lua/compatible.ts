/** Comments, strings, and the operators whose results differ between versions of Lua. */
const tokens =
	/--\[(?<comment>=*)\[[\s\S]*?\]\k<comment>\]|--[^\n]*|\[(?<long>=*)\[[\s\S]*?\]\k<long>\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\/\/|[/^]/gu;
/** A backslash before a character that Lua 5.1 takes as it is, and later versions refuse. */
const plainEscape = /\\(?<character>[^abfnrtvxzu0-9\\"'\r\n])/gu;

/**
 * A script for Lua 5.1, which Argo CD runs, as one for Lua 5.4. There, `/` and `^` always give a float, which prints `5.0`; with an
 * operand of ours between (`a / b` becomes `a /__whole/ b`, of the same precedence) whole results are integers and print `5`. Lines stay.
 */
export function compatible(script: string): string {
	return script.replace(tokens, (token) => {
		if (token === "/" || token === "^") return `${token}__whole${token}`;
		if (token.startsWith('"') || token.startsWith("'")) {
			return token.replaceAll(/\\[\s\S]/gu, (escape) => escape.replace(plainEscape, "$<character>"));
		}
		return token;
	});
}
