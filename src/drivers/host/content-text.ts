import { isUtf8 } from "node:buffer";
import { sha256 } from "./files.ts";

/** Most of a content that a difference shows. */
const maxShown = 64 * 1024;

/** Content as a difference shows it: text, cut at 64 KiB; of anything else size and hash. */
export function contentText(content: Buffer): string {
	const shown = content.length <= maxShown ? content : content.subarray(0, cutAt(content));
	if (!isUtf8(shown) || shown.includes(0)) return `(binary, ${content.length} bytes, sha256 ${sha256(content)})`;
	const text = shown.toString("utf8");
	return shown.length === content.length
		? text
		: `${text}\n(${content.length - shown.length} more bytes, sha256 of all ${sha256(content)})\n`;
}

/** Not in the middle of a character. */
function cutAt(content: Buffer): number {
	let at = maxShown;
	while (at > maxShown - 4 && ((content[at] ?? 0) & 0xc0) === 0x80) at -= 1;
	return at;
}
