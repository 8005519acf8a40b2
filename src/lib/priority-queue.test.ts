import fc from "fast-check";
import { expect, it } from "vitest";
import { createPriorityQueue } from "./priority-queue.ts";

/** A clock that stands still until told. */
function fakeClock(): { monotonic(): number; after(ms: number, run: () => void): () => void; pass(ms: number): void } {
	let now = 0;
	const timers = new Set<{ readonly at: number; readonly run: () => void }>();
	return {
		monotonic: () => now,
		after(ms, run) {
			const timer = { at: now + ms, run };
			timers.add(timer);
			return () => timers.delete(timer);
		},
		pass(ms) {
			now += ms;
			for (const timer of [...timers].toSorted((a, b) => a.at - b.at)) {
				if (timer.at > now || !timers.delete(timer)) continue;
				timer.run();
			}
		},
	};
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function queueWith(
	worker: (key: string) => Promise<void>,
	concurrency = 1,
): { queue: ReturnType<typeof createPriorityQueue>; clock: ReturnType<typeof fakeClock>; errors: unknown[] } {
	const clock = fakeClock();
	const errors: unknown[] = [];
	return { clock, errors, queue: createPriorityQueue({ concurrency, clock, worker, onError: (error) => errors.push(error) }) };
}

it("works on the most urgent first, and on none twice at once", async () => {
	const order: string[] = [];
	const { queue } = queueWith(async (key) => {
		order.push(key);
		await settle();
	});
	queue.add("later", 3);
	queue.add("now", 0);
	queue.add("later", 3);
	await settle();
	await settle();
	await settle();
	expect(order).toEqual(["now", "later"]);
});

it("runs a key again that was added while it ran", async () => {
	let runs = 0;
	const { queue } = queueWith(async () => {
		runs += 1;
		if (runs === 1) {
			queue.add("a", 1);
			queue.add("a", 1);
		}
		await settle();
	}, 4);
	queue.add("a", 1);
	for (let turn = 0; turn < 6; turn += 1) await settle();
	expect(runs).toBe(2);
});

it("keeps the earlier of two times, and the more urgent priority", async () => {
	const order: string[] = [];
	const { queue, clock } = queueWith(async (key) => void order.push(key));
	queue.add("a", 3, { afterMs: 1000 });
	queue.add("a", 1, { afterMs: 500 });
	queue.add("a", 2, { afterMs: 2000 });
	clock.pass(499);
	await settle();
	expect(order).toEqual([]);
	clock.pass(1);
	await settle();
	clock.pass(5000);
	await settle();
	expect(order).toEqual(["a"]);
});

it("goes on after an error, and tells it", async () => {
	const done: string[] = [];
	const { queue, errors } = queueWith(async (key) => {
		if (key === "bad") throw new Error("no");
		done.push(key);
	});
	queue.add("bad", 0);
	queue.add("good", 1);
	await settle();
	await settle();
	expect([done, errors.length]).toEqual([["good"], 1]);
});

it("waits for what runs when it closes, and takes nothing more", async () => {
	let isDone = false;
	const { queue } = queueWith(async () => {
		await settle();
		isDone = true;
	});
	queue.add("a", 0);
	await Promise.resolve();
	await queue.close();
	expect(isDone).toBe(true);
	isDone = false;
	queue.add("b", 0);
	await settle();
	expect(isDone).toBe(false);
});

it("runs a key again whose worker threw before it waited for anything", async () => {
	let runs = 0;
	const { queue, errors } = queueWith(() => {
		runs += 1;
		throw new Error("at once");
	});
	queue.add("a", 0);
	await settle();
	queue.add("a", 0);
	await settle();
	expect([runs, errors.length, queue.size]).toEqual([2, 2, 0]);
});

it("forgets the place that a key had before it became more urgent", async () => {
	const order: string[] = [];
	const finish: (() => void)[] = [];
	const { queue, clock } = queueWith((key) => {
		order.push(key);
		return new Promise((resolve) => finish.push(resolve));
	});
	queue.add("busy", 0);
	await settle();
	queue.add("a", 3);
	queue.add("a", 0);
	finish.shift()?.();
	await settle();
	clock.pass(2000);
	queue.add("a", 3);
	queue.add("b", 2);
	for (let left = 3; left > 0; left -= 1) {
		finish.shift()?.();
		await settle();
	}
	expect(order).toEqual(["busy", "a", "b", "a"]);
	await queue.close();
});

it("goes on where the listener for errors is broken", async () => {
	const done: string[] = [];
	const queue = createPriorityQueue({
		concurrency: 1,
		clock: fakeClock(),
		worker: async (key) => {
			if (key === "bad") throw new Error("no");
			done.push(key);
		},
		onError: () => {
			throw new Error("no log");
		},
	});
	queue.add("bad", 0);
	queue.add("good", 1);
	await settle();
	await queue.close();
	expect(done).toEqual(["good"]);
});

it("keeps to the order of the most urgent that waited longest, runs no key twice at once and forgets none", async () => {
	const step = fc.oneof(
		fc.record({ add: fc.constantFrom("a", "b", "c", "d", "e"), priority: fc.integer({ min: 0, max: 3 }) }),
		fc.record({ pass: fc.integer({ min: 0, max: 1500 }) }),
		fc.constant({ finish: true }),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, concurrency) => {
			const active = new Map<string, () => void>();
			const model = new Map<string, { priority: number; readonly since: number }>();
			let now = 0;
			const { queue, clock, errors } = queueWith((key) => {
				expect(active.has(key)).toBe(false);
				const rank = (each: string): number => {
					const { priority, since } = model.get(each) ?? { priority: Number.POSITIVE_INFINITY, since: 0 };
					return priority - (now - since) / 1000;
				};
				const best = Math.min(...[...model.keys()].filter((each) => !active.has(each)).map(rank));
				expect(rank(key)).toBeCloseTo(best);
				model.delete(key);
				return new Promise((resolve) => {
					active.set(key, () => {
						active.delete(key);
						resolve();
					});
				});
			}, concurrency);
			const finishOne = async (): Promise<void> => {
				[...active.values()][0]?.();
				await settle();
			};
			for (const each of steps) {
				if ("add" in each) {
					const known = model.get(each.add);
					if (known === undefined) model.set(each.add, { priority: each.priority, since: now });
					else known.priority = Math.min(known.priority, each.priority);
					queue.add(each.add, each.priority);
				} else if ("pass" in each) {
					now += each.pass;
					clock.pass(each.pass);
				} else {
					await finishOne();
				}
				await settle();
			}
			while (active.size > 0) await finishOne();
			expect(errors).toEqual([]);
			expect(model.size).toBe(0);
			expect(queue.size).toBe(0);
			await queue.close();
		}),
		{ numRuns: 200 },
	);
});

it("lets no key starve, however many urgent ones come", async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 3 }), async (concurrency) => {
			const seen = new Set<string>();
			const { queue, clock } = queueWith(async (key) => {
				seen.add(key);
				await settle();
			}, concurrency);
			queue.add("slow", 3);
			for (let turn = 0; turn < 400 && !seen.has("slow"); turn += 1) {
				for (let index = 0; index < 2 * concurrency; index += 1) queue.add(`urgent-${turn}-${index}`, 0);
				clock.pass(100);
				await settle();
			}
			expect(seen.has("slow")).toBe(true);
		}),
		{ numRuns: 10 },
	);
});
