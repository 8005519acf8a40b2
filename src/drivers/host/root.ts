import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { errnoOf, fsError } from "./fs-error.ts";
import { folderOf } from "./ledger.ts";
import type { MadeFolders } from "./made-folders.ts";
import { reservedPrefix } from "./reserved-name.ts";

/** An existing folder below the root, held open: what is done with its entries cannot be led elsewhere by a link that someone sets in between. */
export interface Folder {
	/** Path of an entry, for file system calls; good until the next call of the Root. */
	at(name: string): string;
}

/** The folder that everything of an Environment lives in. Paths are relative to it, `shop/conf/app.yaml`; "" is the root itself. */
export interface Root {
	/** Real absolute path. */
	readonly path: string;
	/** Where an Object's path leads. Throws `invalid` or `denied` for one that Gitward does not touch. */
	locate(namespace: string, path: string): string;
	/** The folder, undefined where nothing is. Throws `denied` (`PathOutsideRoot`) where a link leads out, `conflict` where a file stands in the way. */
	folder(path: string): Folder | undefined;
	/** The folder, made where missing, with those above it. */
	make(path: string): Folder;
	/** Looks anew at what is held open: called when time has passed or something was heard to change. */
	refresh(): void;
	close(): void;
}

export interface RootOptions {
	/** Absolute. */
	readonly path: string;
	/** Absolute folder that no Object may touch: Gitward's own state. */
	readonly home: string;
	/** More files and folders of that kind, by their real paths; they need not exist yet. */
	readonly kept?: readonly string[];
	readonly made: MadeFolders;
}

interface OpenFolder extends Folder {
	readonly fd: number;
	/** Real path when it was opened. */
	readonly real: string;
	/** When it was last seen to be still there, by performance.now(). */
	seen: number;
}

/** How long a look holds, in milliseconds: a burst of calls looks once. What is done goes to the folder that was seen in any case. */
const seenMs = 5;
/** Folders held open. */
const maxOpen = 32;
/** Linux opens entries relative to a folder that is held open through this; elsewhere paths are checked before each use. */
const hasDescriptors = existsSync("/proc/self/fd");

/** Makes the root where missing and opens it. */
export function openRoot(options: RootOptions): Root {
	const { made } = options;
	try {
		mkdirSync(options.path, { recursive: true });
	} catch (error) {
		throw fsError(error, `make the root ${options.path}`);
	}
	const root = realpathSync(options.path);
	if (root === "/") {
		throw new AppError(`the root ${options.path} is the whole file system`, {
			code: "RootTooWide",
			kind: "invalid",
			hint: "Give the Environment a folder of its own.",
		});
	}
	const kept = [realpathSync(options.home), ...(options.kept ?? [])];
	const open = new Map<string, OpenFolder>();
	const absolute = (path: string): string => (path === "" ? root : `${root}/${path}`);
	const isInside = (real: string): boolean => real === root || real.startsWith(`${root}/`);

	function drop(path: string): void {
		const found = open.get(path);
		if (found === undefined) return;
		open.delete(path);
		closeSync(found.fd);
	}

	function outside(path: string, real: string): AppError {
		return new AppError(`${path} leads out of the Environment's root, to ${real}`, {
			code: "PathOutsideRoot",
			kind: "denied",
			hint: "Remove the symbolic link on the way to it: Gitward touches nothing outside the root.",
		});
	}

	function openFolder(path: string): OpenFolder | undefined {
		// Most folders that are asked for and not open are missing: an error for each would cost more than this look.
		if (lstatSync(absolute(path), { throwIfNoEntry: false }) === undefined) {
			if (lstatSync(absolute(folderOf(path)), { throwIfNoEntry: false })?.isDirectory() !== false) return undefined;
		}
		let fd: number;
		try {
			fd = openSync(absolute(path), constants.O_RDONLY | constants.O_DIRECTORY);
		} catch (error) {
			if (errnoOf(error) === "ENOENT") return undefined;
			throw fsError(error, `open the folder ${path}`);
		}
		let real = "";
		try {
			real = hasDescriptors ? readlinkSync(`/proc/self/fd/${fd}`) : realpathSync(absolute(path));
		} finally {
			if (!isInside(real) || isProtected(real)) closeSync(fd);
		}
		if (!isInside(real)) throw outside(path, real);
		if (isProtected(real)) throw protectedError(path);
		const base = hasDescriptors ? `/proc/self/fd/${fd}/` : `${real}/`;
		const keptHere = new Set(kept.filter((each) => posix.dirname(each) === real).map((each) => posix.basename(each)));
		const folder: OpenFolder = {
			fd,
			real,
			at(name) {
				if (keptHere.has(name)) throw protectedError(path === "" ? name : `${path}/${name}`);
				return base + name;
			},
			seen: performance.now(),
		};
		open.set(path, folder);
		if (open.size > maxOpen) drop(open.keys().next().value ?? "");
		return folder;
	}

	/** Gitward's state may lie below the root, but Objects may not lie in it. */
	function isProtected(real: string): boolean {
		return kept.some((each) => real === each || real.startsWith(`${each}/`));
	}

	function protectedError(path: string): AppError {
		return new AppError(`${path} lies in Gitward's own state`, { code: "PathProtected", kind: "denied", hint: "Choose another path." });
	}

	function folder(path: string): Folder | undefined {
		const known = open.get(path);
		if (known !== undefined) {
			// A folder that was moved or deleted since, or that is reached through a link, is looked up again.
			if (known.real === absolute(path) && isStill(known)) return known;
			drop(path);
		}
		return openFolder(path);
	}

	function isStill(known: OpenFolder): boolean {
		const now = performance.now();
		if (now - known.seen < seenMs) return true;
		known.seen = now;
		try {
			return (hasDescriptors ? readlinkSync(`/proc/self/fd/${known.fd}`) : realpathSync(known.real)) === known.real;
		} catch {
			return false;
		}
	}

	function make(path: string): Folder {
		const existing = folder(path);
		if (existing !== undefined) return existing;
		if (path === "") {
			mkdirSync(root, { recursive: true });
		} else {
			const above = posix.dirname(path);
			const parent = make(above === "." ? "" : above);
			const known = made.has(path);
			made.add(path);
			try {
				mkdirSync(parent.at(posix.basename(path)), 0o755);
			} catch (error) {
				if (!known) made.remove(path);
				if (errnoOf(error) !== "EEXIST") throw fsError(error, `make the folder ${path}`);
			}
		}
		const folderNow = folder(path);
		if (folderNow !== undefined) return folderNow;
		throw new AppError(`cannot make the folder ${path}: something else stands there`, {
			code: "PathBlocked",
			kind: "conflict",
			hint: "Move it away (it may be a symbolic link that leads nowhere), or choose another path.",
		});
	}

	return {
		path: root,
		locate(namespace, path) {
			const located = path === "." ? namespace : path === "/" ? "" : path.startsWith("/") ? path.slice(1) : `${namespace}/${path}`;
			const names = located === "" ? [] : located.split("/");
			if (names.some((name) => name === "" || name === "." || name === ".." || name.includes("\0")) || (located === "" && path !== "/")) {
				throw new AppError(`${path} is no path below the root`, {
					code: "PathInvalid",
					kind: "invalid",
					hint: "Use a path of plain names such as conf/app.yaml.",
				});
			}
			if (names.some((name) => name.startsWith(reservedPrefix))) {
				throw new AppError(`${path} holds a name that starts with ${reservedPrefix}`, {
					code: "PathReserved",
					kind: "invalid",
					hint: "Choose another name: Gitward uses these for itself.",
				});
			}
			if (names.some((name) => Buffer.byteLength(name) > 255)) {
				throw new AppError(`${path} holds a name of more than 255 bytes`, { code: "NameTooLong", kind: "invalid", hint: "Shorten it." });
			}
			const full = absolute(located);
			if (isProtected(full) || (path !== "/" && path !== "." && kept.some((each) => each.startsWith(`${full}/`))))
				throw protectedError(path);
			return located;
		},
		folder,
		make,
		refresh() {
			for (const each of open.values()) each.seen = Number.NEGATIVE_INFINITY;
		},
		close() {
			for (const path of [...open.keys()]) drop(path);
		},
	};
}
