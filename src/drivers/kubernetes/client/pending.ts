import type { Clock } from "../../../ports/clock.ts";

/** A request that has not been answered yet. */
export interface PendingEntry {
	readonly ends: number;
	stop(error: Error): void;
}

/** Watches over time limits with one timer for all requests: a timer each costs more than all else that is done for a small request. */
export interface Pending {
	add(timeoutMs: number, stop: (error: Error) => void): PendingEntry;
	delete(entry: PendingEntry): void;
}

/** A request that was not answered in its time. */
export class LateError extends Error {
	override readonly name = "LateError";
}

/** How often the limits are looked at: they are kept to this. */
const lookMs = 250;

export function createPending(clock: Clock): Pending {
	const entries = new Set<PendingEntry>();
	let isLooking = false;

	function look(): void {
		isLooking = false;
		const now = clock.monotonic();
		for (const entry of entries) if (entry.ends <= now) entry.stop(new LateError("not answered in time"));
		schedule();
	}

	function schedule(): void {
		if (isLooking || entries.size === 0) return;
		isLooking = true;
		clock.after(lookMs, look);
	}

	return {
		add(timeoutMs, stop) {
			const entry = { ends: clock.monotonic() + timeoutMs, stop };
			entries.add(entry);
			schedule();
			return entry;
		},
		delete: (entry) => void entries.delete(entry),
	};
}
