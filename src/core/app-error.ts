/** What an error means for the engine: each kind has one retry rule, HTTP status and exit code (see docs/errors.md). */
export type ErrorKind = "invalid" | "denied" | "notFound" | "conflict" | "waiting" | "unavailable" | "timeout" | "internal";

/** A place in a file that an error speaks about; line and column count from 1. */
export interface SourcePlace {
	readonly file: string;
	readonly line?: number;
	readonly column?: number;
	/** Path of the key, `spec.policy.drift`. */
	readonly key?: string;
	/** The line itself, as it stands in the file. */
	readonly quote?: string;
}

export interface AppErrorOptions {
	/** PascalCase and stable, `RepositoryUnreachable`: what scripts and documents refer to. */
	readonly code: string;
	readonly kind: ErrorKind;
	/** What the reader can do about it: one sentence. */
	readonly hint?: string;
	readonly place?: SourcePlace;
	/** Path of the field in the Object that it speaks of, `spec.replicas`. */
	readonly field?: string;
	readonly cause?: unknown;
	/** Milliseconds after which another try makes sense, where the cause said so. */
	readonly retryAfterMs?: number;
}

/** The one error of Gitward. Adapters translate foreign errors into it at their edge; messages never hold a secret. */
export class AppError extends Error {
	override readonly name = "AppError";
	readonly code: string;
	readonly kind: ErrorKind;
	readonly hint: string | undefined;
	readonly place: SourcePlace | undefined;
	readonly field: string | undefined;
	readonly retryAfterMs: number | undefined;

	constructor(message: string, options: AppErrorOptions) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = options.code;
		this.kind = options.kind;
		this.hint = options.hint;
		this.place = options.place;
		this.field = options.field;
		this.retryAfterMs = options.retryAfterMs;
	}
}

/** Any thrown value as an AppError: what is not one already is a bug of ours, kind `internal`. */
export function toAppError(error: unknown): AppError {
	if (error instanceof AppError) return error;
	const message = error instanceof Error ? error.message : String(error);
	return new AppError(message, { code: "Internal", kind: "internal", cause: error });
}
