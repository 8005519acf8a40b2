import type { Headers } from "./transport.ts";

const none: readonly string[] = [];
/** warn-code SP warn-agent SP quoted warn-text, RFC 7234 section 5.5. */
const warning = /299 (?:[^\s"]+|"[^"]*") "(?<text>(?:[^"\\]|\\.)*)"/gu;

/** Texts of the Warning headers of an answer, each once. */
export function warningsOf(headers: Headers): readonly string[] {
	const { warning: value } = headers;
	if (value === undefined) return none;
	const text = typeof value === "string" ? value : value.join(", ");
	const texts = [...text.matchAll(warning)].map(({ groups }) => (groups?.["text"] ?? "").replaceAll(/\\(.)/gu, "$1"));
	return [...new Set(texts)];
}
