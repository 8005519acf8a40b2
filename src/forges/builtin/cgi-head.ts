/** Status and headers that a CGI program printed before its body (RFC 3875, section 6). */
export interface CgiHead {
	readonly status: number;
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** What follows the head in the same bytes. */
	readonly rest: Buffer;
}

const maxHead = 16 * 1024;

/** Reads the head once it is complete: undefined while it is not. Throws where it cannot be one. */
export function readCgiHead(bytes: Buffer): CgiHead | undefined {
	const text = bytes.toString("latin1", 0, maxHead);
	const end = /\r?\n\r?\n/u.exec(text);
	if (end === null) {
		if (bytes.length >= maxHead) throw new Error("the head of the answer is too long");
		return undefined;
	}
	let status = 200;
	const headers: (readonly [string, string])[] = [];
	for (const line of text.slice(0, end.index).split(/\r?\n/u)) {
		const match = /^(?<name>[A-Za-z0-9-]+):[ \t]*(?<value>[\t\x20-\x7e]*)$/u.exec(line)?.groups;
		if (match === undefined) throw new Error(`the answer has the malformed header ${JSON.stringify(line.slice(0, 100))}`);
		const { name = "", value = "" } = match;
		if (name.toLowerCase() === "status") status = Number(/^([1-5]\d\d)\b/u.exec(value)?.[1] ?? 500);
		else headers.push([name, value]);
	}
	return { status, headers, rest: bytes.subarray(end.index + end[0].length) };
}
