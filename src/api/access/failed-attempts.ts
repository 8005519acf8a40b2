const windowMs = 60_000;
const most = 20;
const mostAddresses = 10_000;

/**
 * Counts wrong credentials per address. Past the limit wrong ones are told to wait; right ones still pass, since behind one loopback
 * address a stranger's page could else lock the owner out, and 256 random bits are not guessed at any rate.
 */
export class FailedAttempts {
	readonly #counts = new Map<string, { count: number; until: number }>();

	/** Notes one more; returns the seconds to wait when there were too many. */
	note(address: string, now = Date.now()): number | undefined {
		let entry = this.#counts.get(address);
		if (entry === undefined || entry.until <= now) {
			this.#counts.delete(address);
			entry = { count: 0, until: now + windowMs };
			this.#counts.set(address, entry);
			const oldest = this.#counts.keys().next().value;
			if (this.#counts.size > mostAddresses && oldest !== undefined) this.#counts.delete(oldest);
		}
		entry.count += 1;
		return entry.count > most ? Math.ceil((entry.until - now) / 1000) : undefined;
	}
}
