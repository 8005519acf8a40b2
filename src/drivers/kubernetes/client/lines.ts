const newline = 10;

/** Finds lines in bytes that come in pieces. */
export interface LineSplitter {
	/** Lines that end in `chunk`, without their ends. */
	push(chunk: Buffer): readonly string[];
	/** What stands after the last end of a line; empty where nothing does. */
	rest(): string;
}

/** A line that passes `maxBytes` is given in pieces, or is an error where `tooLong` makes one. */
export function createLineSplitter(maxBytes: number, tooLong?: () => Error): LineSplitter {
	let pieces: Buffer[] = [];
	let size = 0;

	function joined(): string {
		const text = pieces.length === 1 ? pieces[0]?.toString("utf8") : Buffer.concat(pieces, size).toString("utf8");
		pieces = [];
		size = 0;
		return text ?? "";
	}

	function keep(piece: Buffer): void {
		pieces.push(piece);
		size += piece.length;
		if (size > maxBytes && tooLong !== undefined) throw tooLong();
	}

	return {
		push(chunk) {
			const lines: string[] = [];
			let start = 0;
			for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
				if (pieces.length === 0) lines.push(chunk.toString("utf8", start, end));
				else {
					keep(chunk.subarray(start, end));
					lines.push(joined());
				}
				start = end + 1;
			}
			if (start < chunk.length) keep(chunk.subarray(start));
			if (size > maxBytes) lines.push(joined());
			return lines;
		},
		rest: joined,
	};
}
