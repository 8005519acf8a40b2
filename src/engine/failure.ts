import { toAppError } from "../core/app-error.ts";
import type { Failure } from "../core/application-state.ts";

/** An error as state keeps it: plain, without cause or stack. */
export function failureOf(error: unknown): Failure {
	const { code, kind, message, hint, place } = toAppError(error);
	return { code, kind, message, ...(hint === undefined ? {} : { hint }), ...(place === undefined ? {} : { place }) };
}
