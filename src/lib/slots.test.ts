import { expect, it } from "vitest";
import { createSlots } from "./slots.ts";

it("runs no more at once than it has places, in order, and gives a place back after a failure", async () => {
	const slots = createSlots(2);
	const started: number[] = [];
	const open = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
	const runs = [0, 1, 2, 3].map((index) =>
		slots(() => {
			started.push(index);
			return new Promise<void>((resolve, reject) => open.set(index, { resolve, reject }));
		}),
	);
	await Promise.resolve();
	expect(started).toEqual([0, 1]);
	open.get(1)?.reject(new Error("no"));
	await expect(runs[1]).rejects.toThrow("no");
	await Promise.resolve();
	expect(started).toEqual([0, 1, 2]);
	for (const index of [0, 2]) open.get(index)?.resolve();
	await Promise.all([runs[0], runs[2]]);
	open.get(3)?.resolve();
	await runs[3];
	expect(started).toEqual([0, 1, 2, 3]);
});

it("forgets who gave up waiting", async () => {
	const slots = createSlots(1);
	let finish = (): void => {};
	const first = slots(() => new Promise<void>((resolve) => (finish = resolve)));
	const controller = new AbortController();
	const second = slots(async () => "never", { signal: controller.signal });
	const third = slots(async () => "third");
	controller.abort(new Error("stop"));
	await expect(second).rejects.toThrow("stop");
	finish();
	await first;
	expect(await third).toBe("third");
	await expect(slots(async () => "late", { signal: controller.signal })).rejects.toThrow("stop");
	expect(await slots(async () => "next")).toBe("next");
});
