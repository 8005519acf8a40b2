import { AppError, type AppErrorOptions } from "../core/app-error.ts";

/** SQLite's primary result code of an error, or 0. */
function resultOf(error: unknown): number {
	const { errcode } = error as { readonly errcode?: unknown };
	return error instanceof Error && typeof errcode === "number" ? errcode & 0xff : 0;
}

/** Whether another process holds what was asked for. */
export function isBusy(error: unknown): boolean {
	return resultOf(error) === 5 || resultOf(error) === 6;
}

/** Whether the file is no database, or a broken one. */
export function isDamaged(error: unknown): boolean {
	return resultOf(error) === 11 || resultOf(error) === 26;
}

type Known = readonly [message: string, options: AppErrorOptions];

function known(error: Error, file: string): Known | undefined {
	if (isBusy(error)) return [`${file} is in use by another program`, { code: "StoreBusy", kind: "unavailable" }];
	if (isDamaged(error)) {
		const hint =
			"Restore the state folder from a backup, or move this file aside: Gitward then starts anew, adopts what is as Git says, and deletes nothing that it no longer knows.";
		return [`${file} is damaged`, { code: "StoreCorrupt", kind: "unavailable", hint }];
	}
	switch (resultOf(error)) {
		case 7:
			return [`no memory is left for ${file}`, { code: "StoreFailed", kind: "unavailable" }];
		case 8:
		case 14:
			return [
				`${file} may not be written`,
				{ code: "StoreDenied", kind: "denied", hint: "Check the owner and permissions of the state folder." },
			];
		case 10:
			return [`${file} cannot be read or written: ${error.message}`, { code: "StoreFailed", kind: "unavailable", hint: "Check the disk." }];
		case 13:
			return [`the disk of ${file} is full`, { code: "StoreFull", kind: "unavailable", hint: "Make room: Gitward goes on by itself." }];
		default:
			return undefined;
	}
}

/** A database's error as ours; anything unknown is passed on as it is. */
export function storeError(error: unknown, file: string): unknown {
	if (error instanceof AppError || !(error instanceof Error)) return error;
	const found = known(error, file);
	return found === undefined ? error : new AppError(found[0], { ...found[1], cause: error });
}

/** True where the database or its disk is in trouble, not the one write that met it: no other write would fare better. */
export function isTroubleForAll(error: unknown): boolean {
	return storeError(error, "") !== error;
}

/** What goes wrong with the state folder itself, as ours. */
export function folderError(error: unknown, folder: string): unknown {
	const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
	switch (code) {
		case "EEXIST":
		case "ENOTDIR":
			return new AppError(`${folder} cannot be the state folder: a file stands there`, {
				code: "StoreInvalid",
				kind: "invalid",
				hint: "Give another folder with --state.",
				cause: error,
			});
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return new AppError(`the state folder ${folder} may not be made`, {
				code: "StoreDenied",
				kind: "denied",
				hint: "Check the owner and permissions of the folder above it, or give another with --state.",
				cause: error,
			});
		case "ENOSPC":
		case "EDQUOT":
			return new AppError(`the disk of ${folder} is full`, { code: "StoreFull", kind: "unavailable", hint: "Make room.", cause: error });
		default:
			return error;
	}
}
