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

/** Looks back one duration for the last start: a window that opened within it is still open. */
function occurrence(window: SyncWindow, now: number): Occurrence {
	const cron = new Cron(window.schedule, { timezone: window.timeZone, paused: true });
	const duration = parseDuration(window.duration);
	let start = cron.nextRun(new Date(now - duration))?.getTime();
	let end: number | undefined;
	for (let steps = 0; start !== undefined && start <= now && steps < 1000; steps += 1) {
		end = start + duration;
		start = cron.nextRun(new Date(start))?.getTime();
	}
	return { window, end, next: cron.nextRun(new Date(now))?.getTime() };
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
