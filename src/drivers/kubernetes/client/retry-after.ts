import type { Headers } from "./transport.ts";

/** Milliseconds that the Retry-After header asks to wait; undefined where it is absent or no number of seconds (Kubernetes sends no dates). */
export function retryAfterMs(headers: Headers): number | undefined {
	const { "retry-after": value } = headers;
	const seconds = typeof value === "string" && /^\d{1,6}$/u.test(value.trim()) ? Number(value) : undefined;
	return seconds === undefined ? undefined : seconds * 1000;
}
