import type { FastifyReply } from "fastify";
import { AppError } from "../core/app-error.ts";

/** A signal that ends with the client's connection or with the server. */
export function connectionSignal(reply: FastifyReply, closing: AbortSignal): AbortSignal {
	const gone = new AbortController();
	reply.raw.once("close", () => gone.abort(new AppError("The client left", { code: "ClientGone", kind: "unavailable" })));
	return AbortSignal.any([gone.signal, closing]);
}

/** Runs a handler with a time limit; what does not heed the signal is answered for all the same. */
export async function withinLimit<T>(ms: number, outer: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const limit = new AbortController();
	const error = new AppError(`No answer within ${Math.round(ms / 1000)} s`, {
		code: "RequestTimeout",
		kind: "timeout",
		hint: "Try again; when it stays so, look at `gitward events` and the log.",
	});
	let fail: (reason: unknown) => void = () => undefined;
	const failed = new Promise<never>((_, reject) => {
		fail = reject;
	});
	const onOuter = () => fail(outer.reason);
	const timer = setTimeout(() => {
		limit.abort(error);
		fail(error);
	}, ms);
	outer.addEventListener("abort", onOuter, { once: true });
	try {
		outer.throwIfAborted();
		const work = run(AbortSignal.any([outer, limit.signal]));
		work.catch(() => undefined);
		return await Promise.race([work, failed]);
	} finally {
		clearTimeout(timer);
		outer.removeEventListener("abort", onOuter);
	}
}
