import { widthOf } from "./paint.ts";

/** A text behind a first prefix, broken at spaces to the terminal's width; further lines stand `indent` columns in. */
export function wrap(text: string, prefix: string, indent: number, width: number | undefined): string {
	const limit = Math.max((width ?? Number.POSITIVE_INFINITY) - indent, 20);
	const lines: string[] = [];
	for (const paragraph of text.split("\n")) {
		let line = "";
		for (const word of paragraph.split(" ")) {
			if (line !== "" && widthOf(line) + 1 + widthOf(word) > limit) {
				lines.push(line);
				line = word;
			} else line = line === "" ? word : `${line} ${word}`;
		}
		lines.push(line);
	}
	return lines.map((line, i) => `${i === 0 ? prefix : " ".repeat(indent)}${line}\n`).join("");
}
