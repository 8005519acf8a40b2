import { errorViewSchema } from "../api/error-view.ts";
import { AppError } from "../core/app-error.ts";

/** The error that an answer tells, or undefined where it tells none. */
export function errorOf(body: unknown): AppError | undefined {
	if (body === null || typeof body !== "object" || !("error" in body)) return undefined;
	const parsed = errorViewSchema.safeParse(body);
	if (!parsed.success) return undefined;
	const { message, code, kind, hint, place, retryAfterMs } = parsed.data.error;
	return new AppError(message, {
		code,
		kind,
		...(hint === undefined ? {} : { hint }),
		...(place === undefined ? {} : { place: withoutUndefined(place) }),
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
	});
}

/** The error for an answer that does not follow the contract. */
export function wrongAnswer(url: string): AppError {
	return new AppError(`The answer of ${url} is not one of Gitward's API`, {
		code: "WrongAnswer",
		kind: "unavailable",
		hint: "Check that the address is Gitward's, and of the same version.",
	});
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
