import { AppError } from "../../core/app-error.ts";
import type { Observation } from "../../core/change.ts";
import type { Json, ObjectKey } from "../../core/object.ts";
import type { ClaimedPaths } from "./claimed-paths.ts";
import type { Subject } from "./handler.ts";
import { type Ledger, type LedgerEntry, folderOf } from "./ledger.ts";
import type { Root } from "./root.ts";
import type { Watches } from "./watches.ts";

/** Where Objects with a path stand, and who else wants to stand there. */
export interface Places {
	/** Path below the root of what is desired. */
	wanted(subject: Subject, path: string | undefined): string;
	/** Path of what is owned: by its record, its claim, or its name. */
	owned(subject: Subject): string;
	/** Notes where it is going to be, so that a kill before the record loses nothing. */
	claim(subject: Subject, path: string): void;
	forget(subject: Subject, path: string): void;
	/** Whose the path is, if it is another's: Objects of one Application hand a path on, those of two never. */
	taken(subject: Subject, path: string): LedgerEntry | undefined;
	/** What observe says of a path that is another's. */
	takenObservation(subject: Subject, entry: LedgerEntry): Observation;
	demandFree(subject: Subject, path: string): void;
	watch(key: ObjectKey, path: string): void;
	unwatch(key: ObjectKey): void;
}

export function createPlaces({ root, ledger, claims, watches }: { root: Root; ledger: Ledger; claims: ClaimedPaths; watches: Watches }): Places {
	const watched = new Map<ObjectKey, string>();
	const unwatch = (key: ObjectKey): void => {
		const path = watched.get(key);
		if (path === undefined) return;
		watched.delete(key);
		watches.release(folderOf(path));
	};
	const taken = (subject: Subject, path: string): LedgerEntry | undefined => {
		const entry = ledger.at(path);
		if (entry === undefined || entry.key === subject.key) return undefined;
		return entry.application === subject.application && !subject.isDesired(entry.key) ? undefined : entry;
	};
	return {
		wanted: (subject, path) => root.locate(subject.namespace, path ?? subject.name),
		owned: (subject) => textOf(subject.owned?.record, "p") ?? claims.get(subject.key) ?? root.locate(subject.namespace, subject.name),
		claim(subject, path) {
			if (subject.owned?.record !== null && textOf(subject.owned?.record, "p") === path) return;
			if (path !== root.locate(subject.namespace, subject.name)) claims.note(subject.key, path);
		},
		forget(subject, path) {
			ledger.remove(path, subject.key);
			if (path !== root.locate(subject.namespace, subject.name)) claims.forget(subject.key);
		},
		taken,
		takenObservation: (subject, entry) => ({
			key: subject.key,
			state: "different",
			differences: [{ path: "/spec/path", before: `taken by ${entry.key} of Application ${entry.application}` }],
			foreign: true,
		}),
		demandFree(subject, path) {
			const entry = taken(subject, path);
			if (entry === undefined) return;
			throw new AppError(`${path} belongs to ${entry.key} of Application ${entry.application}`, {
				code: "PathTaken",
				kind: "conflict",
				hint: "Give one of the two another path.",
			});
		},
		watch(key, path) {
			if (watched.get(key) === path) return;
			unwatch(key);
			watched.set(key, path);
			watches.need(folderOf(path));
		},
		unwatch,
	};
}

/** A text field of a record. */
export function textOf(record: Json | undefined, field: string): string | undefined {
	if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
	const value = (record as { readonly [key: string]: Json })[field];
	return typeof value === "string" ? value : undefined;
}
