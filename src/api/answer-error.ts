import { AppError, type ErrorKind } from "../core/app-error.ts";
import type { ErrorView } from "./error-view.ts";

const statuses: Readonly<Record<ErrorKind, number>> = {
	invalid: 400,
	denied: 403,
	notFound: 404,
	conflict: 409,
	waiting: 202,
	unavailable: 503,
	timeout: 504,
	internal: 500,
};

/** Codes whose HTTP status says more than their kind's. */
const statusOfCode: Readonly<Record<string, number>> = {
	TokenRequired: 401,
	TokenWrong: 401,
	BodyTooLarge: 413,
	UnsupportedMediaType: 415,
	WrongHost: 421,
	TooManyAttempts: 429,
};

/** HTTP status and body for any thrown value. What is not an AppError is a bug of ours: its message may hold anything and stays in the log. */
export function answerError(error: unknown, request: string): { readonly status: number; readonly body: ErrorView } {
	if (!(error instanceof AppError)) return answerError(foreignError(error) ?? bug(request), request);
	const { code, kind, message, hint, place, retryAfterMs } = error;
	return {
		status: statusOfCode[code] ?? statuses[kind],
		body: {
			error: {
				code,
				kind,
				message,
				...(hint === undefined ? {} : { hint }),
				...(place === undefined ? {} : { place }),
				...(retryAfterMs === undefined ? {} : { retryAfterMs }),
			},
		},
	};
}

function bug(request: string): AppError {
	return new AppError(`Gitward met an error of its own in request ${request}`, {
		code: "Internal",
		kind: "internal",
		hint: "Gitward's log has the details under that request; please report them.",
	});
}

/** Errors that the HTTP server makes of what a client sent. */
function foreignError(error: unknown): AppError | undefined {
	const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
	if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
		return new AppError("The request's body is too large", { code: "BodyTooLarge", kind: "invalid", hint: "Send less at once." });
	}
	if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
		return new AppError("The request's body is not JSON", {
			code: "UnsupportedMediaType",
			kind: "invalid",
			hint: "Send `Content-Type: application/json`.",
		});
	}
	if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
		return new AppError(message ?? "The request is not valid", { code: "InvalidRequest", kind: "invalid" });
	return undefined;
}
