import { expect, it } from "vitest";
import { createSharedCall } from "./shared-call.ts";

/** Work that ends when it is told, and remembers its signals. */
function createWork() {
	const started: { readonly signal: AbortSignal; readonly end: (error?: Error) => void }[] = [];
	const shared = createSharedCall(
		(signal) =>
			new Promise<void>((resolve, reject) => {
				started.push({ signal, end: (error) => (error === undefined ? resolve() : reject(error)) });
				signal.addEventListener("abort", () => reject(new Error("stopped")));
			}),
	);
	return { started, shared };
}

it("runs once for all that call while it runs, and gives all its error", async () => {
	const { started, shared } = createWork();
	const calls = [shared.call(), shared.call(), shared.call()];
	started[0]?.end(new Error("no"));
	for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ status: "rejected", reason: { message: "no" } });
	expect(started).toHaveLength(1);
	const next = shared.call();
	started[1]?.end();
	await next;
});

it("stops the work only when the last caller left, and starts anew for who comes then", async () => {
	const { started, shared } = createWork();
	const [first, second] = [new AbortController(), new AbortController()];
	const calls = [shared.call(first.signal), shared.call(second.signal)];
	first.abort();
	await expect(calls[0]).rejects.toMatchObject({ code: "Cancelled" });
	expect(started[0]?.signal.aborted).toBe(false);
	second.abort();
	await expect(calls[1]).rejects.toMatchObject({ code: "Cancelled" });
	expect(started[0]?.signal.aborted).toBe(true);
	const third = shared.call();
	await expect.poll(() => started.length).toBe(2);
	started[1]?.end();
	await third;
	await shared.idle();
});
