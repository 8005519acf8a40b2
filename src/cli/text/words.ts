import { parseKey } from "../../core/object.ts";
import { parseRevision } from "../../core/revision.ts";

/** `main@1a2b3c4`; any other text as it is. */
export function shortRevision(revision: string | undefined): string {
	if (revision === undefined) return "-";
	const parts = parseRevision(revision);
	return parts === undefined
		? revision
		: /^[0-9a-f]{40,64}$/u.test(parts.ref)
			? parts.commit.slice(0, 7)
			: `${parts.ref}@${parts.commit.slice(0, 7)}`;
}

/** `Process web`, with the namespace where it is not the Application's own. */
export function shortKey(key: string, application: string): string {
	const { kind, namespace, name } = parseKey(key);
	return `${kind} ${namespace === "" || namespace === application ? "" : `${namespace}/`}${name}`;
}

/** A text of several lines in one, for where a line is a row. */
export function oneLine(text: string): string {
	return text.replace(/\s*\n\s*/gu, " | ");
}

/** `3 min ago`, from a text of ISO 8601. */
export function ago(time: string | undefined, now = Date.now()): string {
	if (time === undefined) return "-";
	const seconds = Math.round((now - Date.parse(time)) / 1000);
	if (Number.isNaN(seconds)) return time;
	return seconds < -1 ? `in ${span(-seconds)}` : seconds < 2 ? "just now" : `${span(seconds)} ago`;
}

/** `2 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
	return `${number} ${number === 1 ? one : many}`;
}

function span(seconds: number): string {
	if (seconds < 90) return `${seconds} s`;
	if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
	if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
	return `${Math.round(seconds / 86_400)} d`;
}
