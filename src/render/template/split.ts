/** A part of a scalar: text as it stands, or an expression. */
export type Part = { readonly text: string } | { readonly expression: string };

/** Splits a scalar at its `${{ … }}`; undefined where one is not closed. An expression may hold braces and, in quotes, anything. */
export function splitTemplate(scalar: string): readonly Part[] | undefined {
	const parts: Part[] = [];
	let from = 0;
	for (let start = scalar.indexOf("${{"); start >= 0; start = scalar.indexOf("${{", from)) {
		if (start > from) parts.push({ text: scalar.slice(from, start) });
		const end = endOf(scalar, start + 3);
		if (end < 0) return undefined;
		parts.push({ expression: scalar.slice(start + 3, end).trim() });
		from = end + 2;
	}
	if (from < scalar.length) parts.push({ text: scalar.slice(from) });
	return parts;
}

/** Where the `}}` stands that closes an expression: not in quotes, and not one that closes a brace of its own. */
function endOf(text: string, from: number): number {
	let quote = "";
	let open = 0;
	for (let index = from; index < text.length; index += 1) {
		const character = text[index] ?? "";
		if (quote !== "") {
			if (character === "\\") index += 1;
			else if (character === quote) quote = "";
		} else if (character === '"' || character === "'") quote = character;
		else if (character === "{") open += 1;
		else if (character === "}") {
			if (open > 0) open -= 1;
			else if (text[index + 1] === "}") return index;
		}
	}
	return -1;
}
