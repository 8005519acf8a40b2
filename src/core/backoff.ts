export interface BackoffOptions {
	/** 1 after the first failure. */
	readonly attempt: number;
	readonly backoffMs: number;
	readonly maxBackoffMs: number;
	/** 0 to 1. */
	readonly random: number;
}

/** Milliseconds to wait before the next try: doubled for each failure up to the maximum, of which the upper half is random. */
export function nextDelay({ attempt, backoffMs, maxBackoffMs, random }: BackoffOptions): number {
	const full = Math.min(backoffMs * 2 ** Math.min(Math.max(attempt - 1, 0), 40), maxBackoffMs);
	return full * (0.5 + 0.5 * Math.min(Math.max(random, 0), 1));
}
