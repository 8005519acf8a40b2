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
