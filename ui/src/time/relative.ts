const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span of milliseconds in at most two words: `40 s`, `4 min`, `3 h`, `12 d`. */
export function spanText(ms: number): string {
	const span = Math.abs(ms);
	if (span < second) return `${Math.round(span)} ms`;
	if (span < minute) return `${Math.floor(span / second)} s`;
	if (span < hour) return `${Math.floor(span / minute)} min`;
	if (span < 2 * day) return `${Math.floor(span / hour)} h`;
	return `${Math.floor(span / day)} d`;
}

/** A time as people say it: `just now`, `4 min ago`, `in 2 h`. Empty for what is no time. */
export function relativeTime(iso: string, now: number): string {
	const time = Date.parse(iso);
	if (Number.isNaN(time)) return "";
	const ago = now - time;
	if (Math.abs(ago) < 10 * second) return "just now";
	// Whole tens of seconds: a number that changes each second would only disturb.
	const shown = Math.abs(ago) < minute ? Math.floor(ago / (10 * second)) * 10 * second : ago;
	return ago > 0 ? `${spanText(shown)} ago` : `in ${spanText(shown)}`;
}

/** How long something lasts or lasted, from `since`: `4 min`. */
export function sinceText(since: string, now: number): string {
	const time = Date.parse(since);
	if (Number.isNaN(time)) return "";
	const span = Math.max(0, now - time);
	return span < 10 * second ? "a moment" : spanText(span);
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** The time in full, in the reader's language and zone. */
export function exactTime(iso: string): string {
	const time = Date.parse(iso);
	return Number.isNaN(time) ? iso : exact.format(time);
}
