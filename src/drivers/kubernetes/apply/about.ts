import { AppError, type ErrorKind, toAppError } from "../../../core/app-error.ts";
import type { ObjectRef } from "../../../core/object.ts";

/** An Object as people name it: `Deployment shop/web`. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
	return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** An error that names the Object it is about. */
export function about(ref: ObjectRef, error: unknown, hint?: string): AppError {
	const cause = toAppError(error);
	const name = describeRef(ref);
	return new AppError(cause.message.startsWith(name) ? cause.message : `${name}: ${cause.message}`, {
		code: cause.code,
		kind: cause.kind,
		cause: error,
		...((hint ?? cause.hint) === undefined ? {} : { hint: hint ?? cause.hint ?? "" }),
		...(cause.place === undefined ? {} : { place: cause.place }),
		...(cause.field === undefined ? {} : { field: cause.field }),
		...(cause.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }),
	});
}

export function isCode(error: unknown, ...codes: readonly string[]): error is AppError {
	return error instanceof AppError && codes.includes(error.code);
}

export function isKind(error: unknown, kind: ErrorKind): error is AppError {
	return error instanceof AppError && error.kind === kind;
}

/** Whether the server found that a precondition did not hold: the object was there, was not there, or was another one. */
export function isPrecondition(error: unknown): error is AppError {
	if (!(error instanceof AppError)) return false;
	if (error.kind === "conflict") return error.code !== "FieldConflict";
	return (error.code === "FieldImmutable" || error.code === "ManifestRefused") && error.message.includes("metadata.uid");
}
