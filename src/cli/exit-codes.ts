import type { ErrorKind } from "../core/app-error.ts";

/** Exit codes of the command line, which scripts rely on. */
export const exitCode = {
	ok: 0,
	differences: 1,
	invalid: 2,
	denied: 3,
	notFound: 4,
	conflict: 5,
	notConverged: 6,
	unavailable: 7,
	bug: 70,
	interrupted: 130,
} as const;

const byKind: Readonly<Record<ErrorKind, number>> = {
	invalid: exitCode.invalid,
	denied: exitCode.denied,
	notFound: exitCode.notFound,
	conflict: exitCode.conflict,
	waiting: exitCode.notConverged,
	unavailable: exitCode.unavailable,
	timeout: exitCode.unavailable,
	internal: exitCode.bug,
};

/** Exit code for an error of a kind. */
export function exitCodeOf(kind: ErrorKind): number {
	return byKind[kind];
}
