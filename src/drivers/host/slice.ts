import { setImmediate } from "node:timers/promises";

/** Longest stretch of synchronous work, in milliseconds. */
const stretchMs = 6;

/** Lets the event loop turn when synchronous work has run for a stretch: `const pause = slice(); if (pause) await pause;` */
export type Slice = () => Promise<void> | undefined;

export function createSlice(): Slice {
	let since = performance.now();
	let calls = 0;
	return () => {
		calls += 1;
		if (calls % 4 !== 0 || performance.now() - since < stretchMs) return undefined;
		return setImmediate().then(() => {
			since = performance.now();
		});
	};
}
