import { Cron } from "croner";
import type { SyncWindow } from "./documents/environment.ts";
import { parseDuration } from "./documents/metadata.ts";
import { matchesGlob } from "./glob.ts";

export type WindowState =
	| { readonly open: true }
	| { readonly open: false; readonly message: string /** Milliseconds since 1970, where known. */; readonly until?: number };

interface Occurrence {
	readonly window: SyncWindow;
	/** End of the occurrence that `now` lies in. */
	readonly end: number | undefined;
	/** Next start after now. */
	readonly next: number | undefined;
}

/** Only the last start counts, as every start opens the window for as long. Starts lie on whole seconds; the search back excludes its own start. */
function occurrence(window: SyncWindow, now: number): Occurrence {
	const cron = new Cron(window.schedule, { timezone: window.timeZone, paused: true });
	const start = cron.previousRuns(1, new Date(Math.floor(now / 1000) * 1000 + 1))[0]?.getTime();
	const end = start === undefined ? undefined : start + parseDuration(window.duration);
	return { window, end: end !== undefined && end > now ? end : undefined, next: cron.nextRun(new Date(now))?.getTime() };
}

function iso(time: number): string {
	return new Date(time).toISOString();
}

/** Whether an Application may sync at `now` (milliseconds since 1970). Deny wins over allow; without windows it always may. */
export function windowState(windows: readonly SyncWindow[], application: string, now: number, manual: boolean): WindowState {
	const mine = windows.filter(
		(window) => window.applications === undefined || window.applications.some((glob) => matchesGlob(glob, application)),
	);
	if (mine.length === 0) return { open: true };
	const known = mine.map((window) => occurrence(window, now));
	const denied = known.filter(({ window, end }) => window.kind === "deny" && end !== undefined && !(manual && window.manual));
	if (denied.length > 0) {
		const until = Math.max(...denied.map(({ end }) => end ?? now));
		return { open: false, message: `a deny window is open until ${iso(until)}`, until };
	}
	const allows = known.filter(({ window }) => window.kind === "allow");
	if (allows.length === 0 || allows.some(({ window, end }) => end !== undefined || (manual && window.manual))) return { open: true };
	const starts = allows.flatMap(({ next }) => (next === undefined ? [] : [next]));
	if (starts.length === 0) return { open: false, message: "no allow window ever opens: see the schedules" };
	const until = Math.min(...starts);
	return { open: false, message: `outside of its allow windows: the next opens at ${iso(until)}`, until };
}
