/**
 * A JSON value as a Lua expression. As in Argo CD: null is nil, so it is no member of a map; lists and maps are tables, and whole numbers are
 * integers. One of undefined, a function and the like is nil too.
 */
export function luaLiteral(value: unknown): string {
	switch (typeof value) {
		case "string":
			return luaString(value);
		case "number":
			return luaNumber(value);
		case "boolean":
			return String(value);
		case "object":
			if (value === null) return "nil";
			if (Array.isArray(value)) return `{${value.filter(isSomething).map(luaLiteral).join(",")}}`;
			return `{${Object.entries(value)
				.filter(([, item]) => isSomething(item))
				.map(([key, item]) => `[${luaString(key)}]=${luaLiteral(item)}`)
				.join(",")}}`;
		default:
			return "nil";
	}
}

function isSomething(value: unknown): boolean {
	return value !== null && value !== undefined;
}

function luaNumber(value: number): string {
	if (Number.isNaN(value)) return "(0/0)";
	if (!Number.isFinite(value)) return value > 0 ? "math.huge" : "-math.huge";
	if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
	const text = String(value);
	return /[.e]/u.test(text) ? text : `${text}.0`;
}

function luaString(text: string): string {
	return `"${text.replaceAll(/[\\"\n\r\0]/gu, (character) => escapes[character] ?? character)}"`;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\000" };
