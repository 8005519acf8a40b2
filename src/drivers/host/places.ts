import { AppError } from "../../core/app-error.ts";
import type { Observation } from "../../core/change.ts";
import type { Json, ObjectKey } from "../../core/object.ts";
import type { ClaimedPaths } from "./claimed-paths.ts";
import type { Subject } from "./handler.ts";
import { folderOf, type Ledger, type LedgerEntry } from "./ledger.ts";
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
	/** Where something of the Object may stand besides: by its record, and by applies that a kill cut off. Never what another Object has now. */
	elsewhere(subject: Subject, path: string): readonly string[];
	/** Nothing of it stands elsewhere any more. */
	settle(subject: Subject, path: string): void;
	/** Lets go of all its paths and returns those that no other Object has taken over. */
	release(subject: Subject): readonly string[];
	/** Whose the path is, if it is another's: Objects of one Application hand a path on, those of two never. */
	taken(subject: Subject, path: string): LedgerEntry | undefined;
	/** What observe says of a path that is another's. */
	takenObservation(subject: Subject, entry: LedgerEntry): Observation;
	demandFree(subject: Subject, path: string): void;
	watch(key: ObjectKey, path: string): void;
	unwatch(key: ObjectKey): void;
}

export function createPlaces({
	root,
	ledger,
	claims,
	watches,
}: {
	root: Root;
	ledger: Ledger;
	claims: ClaimedPaths;
	watches: Watches;
}): Places {
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
	const byName = (subject: Subject): string => root.locate(subject.namespace, subject.name);
	const recorded = (subject: Subject): string | undefined => textOf(subject.owned?.record, "p");
	const owned = (subject: Subject): string => recorded(subject) ?? claims.of(subject.key).at(-1) ?? byName(subject);
	const isFree = (subject: Subject, path: string): boolean => {
		const entry = ledger.at(path);
		return entry === undefined || entry.key === subject.key;
	};
	const elsewhere = (subject: Subject, path: string): readonly string[] => {
		const before = recorded(subject);
		const paths = new Set([...(before === undefined ? [] : [before]), ...claims.of(subject.key)]);
		paths.delete(path);
		return [...paths].filter((each) => isFree(subject, each));
	};
	return {
		wanted: (subject, path) => root.locate(subject.namespace, path ?? subject.name),
		owned,
		claim(subject, path) {
			if (path !== byName(subject) || claims.has(subject.key)) claims.note(subject.key, path);
		},
		elsewhere,
		settle(subject, path) {
			if (claims.has(subject.key)) claims.settle(subject.key, path === byName(subject) ? undefined : path);
		},
		release(subject) {
			const path = owned(subject);
			const paths = [...(isFree(subject, path) ? [path] : []), ...elsewhere(subject, path)];
			for (const each of [path, ...paths]) ledger.remove(each, subject.key);
			if (claims.has(subject.key)) claims.settle(subject.key, undefined);
			return paths;
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
