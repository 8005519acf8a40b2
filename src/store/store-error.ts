import { AppError } from "../core/app-error.ts";

interface SqliteError extends Error {
	readonly errcode?: number;
}

/** A database's error as ours; anything unknown is passed on as it is. */
export function storeError(error: unknown, file: string): unknown {
	if (error instanceof AppError || !(error instanceof Error)) return error;
	const primary = ((error as SqliteError).errcode ?? 0) & 0xff;
	switch (primary) {
		case 5:
		case 6:
			return new AppError(`${file} is in use by another program`, { code: "StoreBusy", kind: "unavailable", cause: error });
		case 8:
		case 14:
			return new AppError(`${file} may not be written`, {
				code: "StoreDenied",
				kind: "denied",
				hint: "Check the owner and permissions of the state folder.",
				cause: error,
			});
		case 10:
			return new AppError(`${file} cannot be read or written: ${error.message}`, {
				code: "StoreFailed",
				kind: "unavailable",
				hint: "Check the disk.",
				cause: error,
			});
		case 11:
		case 26:
			return new AppError(`${file} is damaged`, {
				code: "StoreCorrupt",
				kind: "unavailable",
				hint: "Restore the state folder from a backup, or move this file aside: Gitward then starts anew, adopts what is as Git says, and deletes nothing that it no longer knows.",
				cause: error,
			});
		case 13:
			return new AppError(`the disk of ${file} is full`, {
				code: "StoreFull",
				kind: "unavailable",
				hint: "Make room: Gitward goes on by itself.",
				cause: error,
			});
		default:
			return error;
	}
}
