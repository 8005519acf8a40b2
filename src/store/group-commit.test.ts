import { expect, it } from "vitest";
import { createGroupCommit, type Pending } from "./group-commit.ts";

type Batch = Iterable<Pending<number, number>>;

it("commits together what is added in one turn, in order", async () => {
	const batches: number[][] = [];
	const group = createGroupCommit<number, number>(async (batch: Batch) => {
		const taken = [...batch];
		batches.push(taken.map(({ item }) => item));
		for (const { item, resolve } of taken) resolve(item * 10);
	});
	expect(await Promise.all([1, 2, 3].map((item) => group.add(item)))).toEqual([10, 20, 30]);
	expect(await group.add(4)).toBe(40);
	expect(batches).toEqual([[1, 2, 3], [4]]);
});

it("refuses only what a failed batch had taken, and goes on with the others", async () => {
	let isFirst = true;
	const group = createGroupCommit<number, number>(async (batch: Batch) => {
		for (const { item, resolve } of batch) {
			if (isFirst) {
				isFirst = false;
				throw new Error("no");
			}
			resolve(item);
		}
	});
	const results = await Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
	expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

it("lets others have the loop between batches that take long", async () => {
	let turns = 0;
	let batches = 0;
	const turn = (): void => {
		turns += 1;
		if (batches < 3) setImmediate(turn);
	};
	const group = createGroupCommit<number, number>(async (batch: Batch) => {
		batches += 1;
		for (const { item, resolve } of batch) {
			const end = performance.now() + 30;
			while (performance.now() < end);
			resolve(item);
		}
	});
	setImmediate(turn);
	await Promise.all([1, 2, 3].map((item) => group.add(item)));
	expect(batches).toBe(3);
	expect(turns).toBeGreaterThanOrEqual(3);
});

it("is idle when all is settled", async () => {
	let settled = 0;
	const group = createGroupCommit<number, number>(async (batch: Batch) => {
		for (const { item, resolve } of batch) {
			settled += 1;
			resolve(item);
		}
	});
	void group.add(1);
	void group.add(2);
	await group.idle();
	expect(settled).toBe(2);
});
