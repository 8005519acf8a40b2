import type { GitwardEvent } from "../../../src/core/views/event.ts";

/** So many events the page keeps; older ones are in the log of the server. */
export const keptEvents = 500;

/** Adds events to those known, ascending and each once; the oldest beyond the limit go. */
export function mergeEvents(known: readonly GitwardEvent[], more: readonly GitwardEvent[], limit = keptEvents): readonly GitwardEvent[] {
	if (more.length === 0) return known;
	const last = known.at(-1)?.id ?? -1;
	if (more.every((event, index) => event.id > (more[index - 1]?.id ?? last))) return [...known, ...more].slice(-limit);
	const byId = new Map([...known, ...more].map((event) => [event.id, event]));
	return [...byId.values()].toSorted((a, b) => a.id - b.id).slice(-limit);
}

/** Severities that a filter shows. */
export type SeverityFilter = "all" | "warning" | "error";

/** Events that match a search and are at least so severe, newest first. */
export function selectEvents(events: readonly GitwardEvent[], search: string, severity: SeverityFilter): readonly GitwardEvent[] {
	const words = search
		.toLowerCase()
		.split(/\s+/u)
		.filter((word) => word !== "");
	const text = (event: GitwardEvent): string =>
		[event.type, event.message, event.application, event.environment, event.repository, event.object, event.revision, event.by.name]
			.join("\n")
			.toLowerCase();
	return events
		.filter((event) => severity === "all" || event.severity === "error" || event.severity === severity)
		.filter((event) => {
			if (words.length === 0) return true;
			const all = text(event);
			return words.every((word) => all.includes(word));
		})
		.toReversed();
}

/** `SyncSucceeded` as words: `Sync succeeded`. */
export function typeWords(type: string): string {
	const words = type.replace(/(?<=[a-z0-9])(?=[A-Z])/gu, " ").split(" ");
	return words.map((word, index) => (index === 0 ? word : word.toLowerCase())).join(" ");
}
