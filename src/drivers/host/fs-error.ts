import { AppError, type ErrorKind } from "../../core/app-error.ts";

type Row = readonly [code: string, kind: ErrorKind, says: string, hint: string];

const full: Row = ["DiskFull", "unavailable", "the disk is full", "Free space on that disk; it is tried again by itself."];
const denied: Row = ["PathDenied", "denied", "permission is denied", "Give the user that Gitward runs as the right to write there."];
const folder: Row = ["PathIsFolder", "conflict", "a folder stands there", "Move the folder away, or choose another path."];
const handles: Row = ["TooManyOpenFiles", "unavailable", "too many files are open", "Raise the limit of open files (ulimit -n)."];

const rows: Readonly<Record<string, Row>> = {
	ENOSPC: full,
	EDQUOT: ["DiskFull", "unavailable", "the disk quota is used up", "Free space or raise the quota; it is tried again by itself."],
	EACCES: denied,
	EPERM: denied,
	EROFS: ["ReadOnly", "denied", "the file system is read-only", "Mount it writable, or choose another root for the Environment."],
	ENAMETOOLONG: ["NameTooLong", "invalid", "the name is too long for the file system", "Shorten the path: a name has at most 255 bytes."],
	ENOTDIR: ["PathBlocked", "conflict", "a file stands where a folder is needed", "Move the file away, or choose another path."],
	EISDIR: folder,
	ENOTEMPTY: folder,
	EEXIST: ["PathBlocked", "conflict", "something else stands there", "Move it away, or choose another path."],
	ELOOP: ["PathIsLink", "conflict", "a symbolic link stands there", "Remove the link, or choose another path."],
	EMFILE: handles,
	ENFILE: handles,
	EILSEQ: ["NameInvalid", "invalid", "the file system does not take that name", "Choose another name."],
};

/** What the file system said, as an AppError; `doing` is a verb with its object, `write shop/app.yaml`. */
export function fsError(error: unknown, doing: string): AppError {
	if (error instanceof AppError) return error;
	const errno = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
	if (errno === undefined) {
		return new AppError(`cannot ${doing}: ${error instanceof Error ? error.message : String(error)}`, {
			code: "Internal",
			kind: "internal",
			cause: error,
		});
	}
	const row = rows[errno];
	if (row === undefined) {
		return new AppError(`cannot ${doing}: ${(error as Error).message}`, { code: "FileSystemError", kind: "unavailable", cause: error });
	}
	const [code, kind, says, hint] = row;
	return new AppError(`cannot ${doing}: ${says}`, { code, kind, hint, cause: error });
}

/** The errno of a thrown value, if it has one. */
export function errnoOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
