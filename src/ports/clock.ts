/** Time as the engine sees it; tests bring a fake one. */
export interface Clock {
	/** Milliseconds since 1970 by the wall; may jump. For what people read, schedules and records. */
	now(): number;
	/** Milliseconds by a clock that never jumps back. For waits, time-outs and back-off. */
	monotonic(): number;
	/** Calls `run` once after `ms`, unless the returned function is called before. Never keeps the process alive. */
	after(ms: number, run: () => void): () => void;
}
