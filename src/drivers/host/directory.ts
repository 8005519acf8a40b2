import { rmdirSync } from "node:fs";
import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { Files } from "./files.ts";
import { errnoOf, fsError } from "./fs-error.ts";
import type { Handler, Subject } from "./handler.ts";
import type { DirectoryObject } from "./kinds/file.ts";
import { folderOf, type Ledger, type LedgerEntry } from "./ledger.ts";
import type { MadeFolders } from "./made-folders.ts";
import { type Places, textOf } from "./places.ts";
import type { Root } from "./root.ts";
import { lstatOf, modeText, typeText } from "./stat.ts";

interface DirectoryOptions {
	readonly root: Root;
	readonly files: Files;
	readonly ledger: Ledger;
	readonly places: Places;
	readonly made: MadeFolders;
}

/** Folders: record `{p: path, m: mode}`. What is in them is not theirs. */
export function createDirectoryHandler({ root, files, ledger, places, made }: DirectoryOptions): Handler<DirectoryObject> {
	const stat = (path: string) => {
		const folder = root.folder(folderOf(path));
		return folder === undefined ? undefined : lstatOf(folder.at(posix.basename(path)));
	};

	function check(entry: LedgerEntry): string | undefined {
		const live = stat(entry.path);
		if (live === undefined) return "folder was deleted";
		if (!live.isDirectory()) return `folder was replaced by a ${typeText(live)}`;
		return modeText(live.mode) === entry.expected ? undefined : `permissions of the folder were set to ${modeText(live.mode)}`;
	}

	function put(subject: Subject, path: string, mode: string): void {
		ledger.put({ path, application: subject.application, key: subject.key, check, signature: "", expected: mode });
	}

	function remember(subject: Subject): void {
		const path = textOf(subject.owned?.record, "p");
		if (path !== undefined && ledger.at(path) === undefined) put(subject, path, textOf(subject.owned?.record, "m") ?? "");
	}

	function removeFolder(path: string): void {
		if (root.folder(folderOf(path)) === undefined) return;
		const above = root.folder(folderOf(path));
		try {
			if (above !== undefined && lstatOf(above.at(posix.basename(path)))?.isDirectory() === true) rmdirSync(above.at(posix.basename(path)));
			made.remove(path);
		} catch (error) {
			// What others put there keeps it, and makes it theirs.
			if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "EEXIST" && errnoOf(error) !== "ENOENT")
				throw fsError(error, `delete the folder ${path}`);
			made.remove(path);
		}
		files.prune(folderOf(path));
	}

	return {
		observe(subject) {
			const { key, desired } = subject;
			const path = desired === undefined ? places.owned(subject) : places.wanted(subject, desired.spec.path);
			const other = desired === undefined ? undefined : places.taken(subject, path);
			if (other !== undefined) return places.takenObservation(subject, other);
			const before = textOf(subject.owned?.record, "p");
			if (desired !== undefined && before !== undefined && before !== path)
				return { key, state: "immutable", differences: [{ path: "/spec/path", before, after: path }] };
			const live = stat(path);
			if (live === undefined) return { key, state: "missing", differences: [] };
			if (desired === undefined) return { key, state: "same", differences: [] };
			const foreign =
				subject.owned === undefined && !made.has(path) && ledger.at(path)?.application !== subject.application ? { foreign: true } : {};
			if (!live.isDirectory())
				return { key, state: "different", differences: [{ path: "/kind", before: typeText(live), after: "Directory" }], ...foreign };
			const mode = modeText(live.mode);
			if (mode === desired.spec.mode) return { key, state: "same", differences: [], ...foreign };
			return { key, state: "different", differences: [{ path: "/spec/mode", before: mode, after: desired.spec.mode }], ...foreign };
		},
		apply(subject) {
			const { desired } = subject;
			const path = places.wanted(subject, desired.spec.path);
			places.demandFree(subject, path);
			if (path === "" || path === subject.namespace) {
				throw new AppError(`Directory ${subject.name} is the namespace's own folder`, {
					code: "PathInvalid",
					kind: "invalid",
					hint: "Name a folder in it.",
				});
			}
			places.claim(subject, path);
			root.make(path);
			files.chmod(path, Number.parseInt(desired.spec.mode, 8));
			put(subject, path, desired.spec.mode);
			for (const other of places.elsewhere(subject, path)) {
				ledger.remove(other, subject.key);
				if (subject.owned?.created === true) removeFolder(other);
			}
			places.settle(subject, path);
			return { p: path, m: desired.spec.mode };
		},
		remove(subject) {
			for (const path of places.release(subject)) removeFolder(path);
		},
		health(subject) {
			const entry = ledger.at(textOf(subject.owned?.record, "p") ?? "");
			const isGone = entry?.key === subject.key && entry.problem === "folder was deleted";
			return isGone ? { status: "Missing", message: "folder was deleted" } : { status: "Healthy", message: "" };
		},
		differs(subject) {
			const path = textOf(subject.owned?.record, "p");
			if (path === undefined) return true;
			const live = stat(path);
			return live?.isDirectory() !== true || modeText(live.mode) !== textOf(subject.owned?.record, "m");
		},
		remember,
		track(subject) {
			remember(subject);
			places.watch(subject.key, places.owned(subject));
		},
		untrack(subject) {
			places.unwatch(subject.key);
			ledger.remove(textOf(subject.owned?.record, "p") ?? "", subject.key);
		},
	};
}
