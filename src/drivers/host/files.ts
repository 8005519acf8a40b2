import { createHash } from "node:crypto";
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	openSync,
	readFileSync,
	renameSync,
	rmdirSync,
	unlinkSync,
	writeSync,
} from "node:fs";
import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { errnoOf, fsError } from "./fs-error.ts";
import { folderOf, type Ledger } from "./ledger.ts";
import type { MadeFolders } from "./made-folders.ts";
import { reservedName } from "./reserved-name.ts";
import type { Folder, Root } from "./root.ts";
import { lstatOf, modeText, type Signature, signatureOf } from "./stat.ts";

/** Writing at its edge, replaced where a test wants a full disk. */
export type WriteBytes = (fd: number, bytes: Uint8Array, offset: number) => number;

/** Whole files below the root: written at once or not at all, never through a link. */
export interface Files {
	write(path: string, content: Uint8Array, mode: number): Signature;
	/** Undefined where no plain file stands. */
	read(path: string): Buffer | undefined;
	/** Permissions of a folder. */
	chmod(path: string, mode: number): void;
	/** Deletes a file or link and the folders above it that Gitward made and that are empty now. A folder at that path stays. */
	remove(path: string): void;
	/** Removes the folders from `folder` upwards that Gitward made and that are empty and no Object's. */
	prune(folder: string): void;
}

const exclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const umask = process.umask();

export function createFiles({
	root,
	made,
	ledger,
	writeBytes,
}: {
	root: Root;
	made: MadeFolders;
	ledger: Ledger;
	writeBytes?: WriteBytes | undefined;
}): Files {
	const writeSome: WriteBytes = writeBytes ?? ((fd, bytes, offset) => writeSync(fd, bytes, offset));

	function openExclusive(temporary: string, mode: number): number {
		try {
			return openSync(temporary, exclusive, mode);
		} catch (error) {
			if (errnoOf(error) !== "EEXIST") throw error;
			// Left by a kill in the middle of a write.
			unlinkSync(temporary);
			return openSync(temporary, exclusive, mode);
		}
	}

	function replace(folder: Folder, name: string, content: Uint8Array, mode: number): Signature {
		const temporary = folder.at(reservedName(name));
		const fd = openExclusive(temporary, mode);
		try {
			for (let offset = 0; offset < content.length; ) offset += writeSome(fd, content, offset);
			if ((mode & umask) !== 0) fchmodSync(fd, mode);
			move(temporary, folder.at(name));
			return signatureOf(fstatSync(fd, { bigint: true }));
		} catch (error) {
			try {
				unlinkSync(temporary);
			} catch {
				// It was not made, or moved already.
			}
			throw error;
		} finally {
			closeSync(fd);
		}
	}

	/** An empty folder where a file should be is what someone left: it gives way. */
	function move(from: string, to: string): void {
		try {
			renameSync(from, to);
		} catch (error) {
			if (errnoOf(error) !== "EISDIR") throw error;
			try {
				rmdirSync(to);
			} catch {
				throw error;
			}
			renameSync(from, to);
		}
	}

	function prune(folder: string): void {
		for (let each = folder; each !== "" && made.has(each) && ledger.at(each) === undefined; each = folderOf(each)) {
			const parent = root.folder(folderOf(each));
			if (parent === undefined) continue;
			try {
				rmdirSync(parent.at(posix.basename(each)));
			} catch (error) {
				if (errnoOf(error) !== "ENOENT") return;
			}
			made.remove(each);
		}
	}

	return {
		write(path, content, mode) {
			try {
				try {
					return replace(root.make(folderOf(path)), posix.basename(path), content, mode);
				} catch (error) {
					if (errnoOf(error) !== "ENOENT") throw error;
					// The folder vanished a moment ago.
					root.refresh();
					return replace(root.make(folderOf(path)), posix.basename(path), content, mode);
				}
			} catch (error) {
				throw fsError(error, `write ${path}`);
			}
		},
		read(path) {
			try {
				const folder = root.folder(folderOf(path));
				if (folder === undefined) return undefined;
				const fd = openSync(folder.at(posix.basename(path)), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
				try {
					return fstatSync(fd).isFile() ? readFileSync(fd) : undefined;
				} finally {
					closeSync(fd);
				}
			} catch (error) {
				const errno = errnoOf(error);
				if (errno === "ENOENT" || errno === "ELOOP" || errno === "ENXIO") return undefined;
				throw fsError(error, `read ${path}`);
			}
		},
		chmod(path, mode) {
			try {
				const at = root.make(folderOf(path)).at(posix.basename(path));
				// Only a folder: a link that someone sets here would be followed.
				if (lstatOf(at)?.isDirectory() !== true) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
				chmodSync(at, mode);
			} catch (error) {
				throw fsError(error, `set the mode of ${path} to ${modeText(mode)}`);
			}
		},
		remove(path) {
			try {
				const folder = root.folder(folderOf(path));
				if (folder !== undefined) {
					const name = posix.basename(path);
					const stat = lstatOf(folder.at(name));
					if (stat !== undefined && !stat.isDirectory()) unlinkSync(folder.at(name));
					if (lstatOf(folder.at(reservedName(name)))?.isFile() === true) unlinkSync(folder.at(reservedName(name)));
				}
			} catch (error) {
				if (errnoOf(error) !== "ENOENT") {
					// A file that stands where the folder was: what was ours there is gone.
					if (!(error instanceof AppError && error.code === "PathBlocked")) throw fsError(error, `delete ${path}`);
				}
			}
			prune(folderOf(path));
		},
		prune,
	};
}

export function sha256(content: Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}
