/** Longest delay that a timer takes; more would fire at once. */
const longest = 2 ** 31 - 1;

/** The machine's clocks. Timers never keep the process alive. */
export const systemClock = {
	now: (): number => Date.now(),
	monotonic: (): number => performance.now(),
	after(ms: number, run: () => void): () => void {
		const timer = setTimeout(run, Math.min(Math.max(ms, 0), longest));
		timer.unref();
		return () => clearTimeout(timer);
	},
};
