import { type FSWatcher, statSync, type WatchListener, watch as watchFolder } from "node:fs";
import { posix } from "node:path";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { errnoOf } from "./fs-error.ts";
import { folderOf, type Ledger, type LedgerEntry } from "./ledger.ts";
import type { Root } from "./root.ts";
import type { Slice } from "./slice.ts";

/** Collects events of one edit: an editor makes several. */
const debounceMs = 2;
/** How often folders that cannot be watched are looked at. */
const pollMs = 2000;

export type WatchFolder = (path: string, listener: WatchListener<string>) => FSWatcher;

export interface WatchesOptions {
	readonly root: Root;
	readonly ledger: Ledger;
	readonly clock: Clock;
	readonly log: Log;
	readonly slice: Slice;
	/** An entry is no longer as it was applied, or is again (undefined). */
	readonly onProblem: (entry: LedgerEntry, problem: string | undefined) => void;
	/** fs.watch, replaced where a test wants it to fail. */
	readonly watch?: WatchFolder;
}

/** Watches the folders of what is in the ledger, and those above them, since they may vanish. */
export interface Watches {
	/** One more, or one less, entry needs that folder. */
	need(folder: string): void;
	release(folder: string): void;
	/** Starts what is needed and not yet watched, and looks once at what is in it. */
	arm(): Promise<void>;
	/** Folders that cannot be watched. */
	unwatched(): number;
	close(): void;
}

interface Watched {
	watcher: FSWatcher | undefined;
	/** True where the limit of watches was hit. */
	polled: boolean;
	/** Of the folder when watching began: another one means that it was replaced. */
	readonly inode: number | undefined;
}

export function createWatches(options: WatchesOptions): Watches {
	const { root, ledger, clock, log, slice, onProblem } = options;
	const watch: WatchFolder = options.watch ?? ((path, listener) => watchFolder(path, { persistent: false, encoding: "utf8" }, listener));
	const needs = new Map<string, number>();
	const watched = new Map<string, Watched>();
	const missing = new Set<string>();
	const dirty = new Map<string, Set<string>>();
	let polled = 0;
	let warned = false;
	let closed = false;
	let cancelFlush: (() => void) | undefined;
	let cancelPoll: (() => void) | undefined;
	let flushing = Promise.resolve();

	const real = (folder: string): string => (folder === "" ? root.path : `${root.path}/${folder}`);

	function look(entry: LedgerEntry): void {
		let problem: string | undefined;
		try {
			problem = entry.check(entry);
		} catch (error) {
			problem = error instanceof Error ? error.message : String(error);
		}
		if (problem === entry.problem) return;
		entry.problem = problem;
		onProblem(entry, problem);
	}

	function inodeOf(folder: string): number | undefined {
		return statSync(real(folder), { throwIfNoEntry: false })?.ino;
	}

	async function lookWithin(folder: string): Promise<void> {
		for (const entry of [...(ledger.within(folder)?.values() ?? [])]) {
			look(entry);
			const pause = slice();
			if (pause !== undefined) await pause;
		}
	}

	function unwatch(folder: string): void {
		const found = watched.get(folder);
		if (found === undefined) return;
		watched.delete(folder);
		if (found.polled) polled -= 1;
		found.watcher?.close();
	}

	/** True where it was not watched before and is now. */
	function watchOne(folder: string): boolean {
		if (closed || watched.has(folder)) return false;
		const item: Watched = { watcher: undefined, polled: false, inode: inodeOf(folder) };
		try {
			if (root.folder(folder) === undefined) {
				missing.add(folder);
				return false;
			}
			const watcher = watch(real(folder), (_type, name) => mark(folder, name));
			watcher.on("error", () => {
				if (watched.get(folder) === item) mark(folder, null);
			});
			item.watcher = watcher;
		} catch (error) {
			const errno = errnoOf(error);
			if (errno === "ENOENT" || errno === undefined) {
				missing.add(folder);
				return false;
			}
			item.polled = true;
			polled += 1;
			if (!warned && (errno === "ENOSPC" || errno === "EMFILE")) {
				warned = true;
				log.warn("no more file watches: changes in further folders are found by looking every 2 s", {
					folder: real(folder),
					hint: "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl)",
				});
			}
			poll();
		}
		missing.delete(folder);
		watched.set(folder, item);
		return true;
	}

	function poll(): void {
		if (cancelPoll !== undefined || closed) return;
		cancelPoll = clock.after(pollMs, () => {
			cancelPoll = undefined;
			flushing = flushing.then(async () => {
				root.refresh();
				for (const [folder, item] of [...watched]) if (item.polled && !closed) await lookWithin(folder);
				if (polled > 0) poll();
			});
		});
	}

	function mark(folder: string, name: string | null): void {
		if (closed) return;
		// A folder tells its own end under its own name.
		const self = name === null || (name === posix.basename(real(folder)) && ledger.within(folder)?.get(name) === undefined);
		const path = name === null ? folder : folder === "" ? name : `${folder}/${name}`;
		if (!self && !needs.has(path) && ledger.within(folder)?.has(name) !== true) return;
		let names = dirty.get(folder);
		if (names === undefined) {
			names = new Set();
			dirty.set(folder, names);
		}
		names.add(self ? "" : name);
		cancelFlush ??= clock.after(debounceMs, () => {
			cancelFlush = undefined;
			flushing = flushing.then(flush);
		});
	}

	async function flush(): Promise<void> {
		root.refresh();
		const batch = [...dirty];
		dirty.clear();
		const again = new Set<string>();
		for (const [folder, names] of batch) {
			for (const name of names) {
				if (closed) return;
				if (name === "") again.add(folder);
				else {
					const path = folder === "" ? name : `${folder}/${name}`;
					const entry = ledger.at(path);
					if (entry !== undefined) look(entry);
					if (needs.has(path)) again.add(path);
				}
				const pause = slice();
				if (pause !== undefined) await pause;
			}
		}
		for (const folder of again) await rewatch(folder);
	}

	/** A folder was moved, deleted or made again: what is watched in and beneath it may be another one now. */
	async function rewatch(folder: string): Promise<void> {
		const beneath = [...needs.keys()].filter((each) => each === folder || folder === "" || each.startsWith(`${folder}/`));
		const replaced = beneath.filter((each) => watched.get(each)?.inode === undefined || watched.get(each)?.inode !== inodeOf(each));
		for (const each of replaced) unwatch(each);
		for (const each of replaced.sort()) {
			watchOne(each);
			await lookWithin(each);
		}
	}

	return {
		need(folder) {
			for (let each = folder; ; each = folderOf(each)) {
				const count = needs.get(each) ?? 0;
				needs.set(each, count + 1);
				if (count === 0) missing.add(each);
				if (each === "") return;
			}
		},
		release(folder) {
			for (let each = folder; ; each = folderOf(each)) {
				const count = (needs.get(each) ?? 1) - 1;
				if (count > 0) needs.set(each, count);
				else {
					needs.delete(each);
					missing.delete(each);
					unwatch(each);
				}
				if (each === "") return;
			}
		},
		async arm() {
			if (missing.size > 0) root.refresh();
			for (const folder of [...missing].sort()) {
				if (!needs.has(folder)) missing.delete(folder);
				else if (watchOne(folder)) await lookWithin(folder);
				const pause = slice();
				if (pause !== undefined) await pause;
			}
		},
		unwatched: () => polled,
		close() {
			closed = true;
			cancelFlush?.();
			cancelPoll?.();
			for (const folder of [...watched.keys()]) unwatch(folder);
		},
	};
}
