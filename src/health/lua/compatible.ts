/** Comments, strings, `...`, and the operator that makes text of numbers. */
const tokens =
	/--\[(?<comment>=*)\[[\s\S]*?\]\k<comment>\]|--[^\n]*|\[(?<long>=*)\[[\s\S]*?\]\k<long>\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\.\.\.?/gu;
/** A backslash before a character that Lua 5.1 takes as it is, and later versions refuse. */
const plainEscape = /\\(?<character>[^abfnrtvxzu0-9\\"'\r\n])/gu;

/**
 * A script for Lua 5.1, which Argo CD runs, as one for Lua 5.4. There, `"" .. 10 / 2` is `5.0`: with an operand of ours between (`a .. b`
 * becomes `a ..__text.. b`, which groups in the same way) whole numbers are written without a point. Lines stay as they are.
 */
export function compatible(script: string): string {
	return script.replace(tokens, (token) => {
		if (token === "..") return "..__text..";
		if (token.startsWith('"') || token.startsWith("'")) {
			return token.replaceAll(/\\[\s\S]/gu, (escape) => escape.replace(plainEscape, "$<character>"));
		}
		return token;
	});
}
