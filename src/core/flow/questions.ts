import type { Oid } from "./refs.ts";

/** What recognition reads of a commit. */
export interface CommitFacts {
	readonly oid: Oid;
	readonly tree: Oid;
	readonly parents: readonly Oid[];
	readonly author: string;
	readonly email: string;
	/** When it was written, seconds since 1970. */
	readonly authored: number;
	/** The beginning of it, at most 4 KiB. */
	readonly message: string;
}

/** Commits, and whether they are all that there are. */
export interface Listing<T> {
	readonly commits: readonly T[];
	readonly complete: boolean;
}

/** Two commits to compare; `from` is absent for a commit without parents. */
export interface Span {
	readonly from: Oid | undefined;
	readonly to: Oid;
}

/** Files in which two commits differ. */
export interface Changes {
	/** Sorted by path; contents by hash, with the mode. */
	readonly files: readonly { readonly path: string; readonly before: string; readonly after: string }[];
	readonly complete: boolean;
}

/** All that recognition may ask of a history, with what answers look like. Commits that are not there any more are left out of answers. */
export interface Questions {
	/** First-parent line of a commit, newest first, without what can be reached from `without`. */
	readonly line: {
		readonly ask: { readonly to: Oid; readonly without: readonly Oid[]; readonly limit: number };
		readonly answer: Listing<CommitFacts>;
	};
	/** All that can be reached from `to` and not from `without`, children before parents. */
	readonly range: {
		readonly ask: { readonly to: readonly Oid[]; readonly without: readonly Oid[]; readonly limit: number };
		readonly answer: Listing<Pick<CommitFacts, "oid" | "parents">>;
	};
	readonly commits: { readonly ask: { readonly oids: readonly Oid[] }; readonly answer: readonly CommitFacts[] };
	/** Whether one commit is another or can be reached from it. */
	readonly isAncestor: { readonly ask: { readonly ancestor: Oid; readonly of: Oid }; readonly answer: boolean };
	readonly mergeBase: { readonly ask: { readonly a: Oid; readonly b: Oid }; readonly answer: Oid | undefined };
	/** Of many commits those that were committed last. */
	readonly newest: { readonly ask: { readonly oids: readonly Oid[]; readonly limit: number }; readonly answer: readonly Oid[] };
	readonly changes: { readonly ask: { readonly spans: readonly Span[] }; readonly answer: readonly Changes[] };
	/** Hash of what is changed, whatever it is changed on: equal for copies. Undefined where it is too large. */
	readonly patches: { readonly ask: { readonly spans: readonly Span[] }; readonly answer: readonly (string | undefined)[] };
}

/** A question as plain data. */
export type Question = { readonly [K in keyof Questions]: { readonly kind: K } & Questions[K]["ask"] }[keyof Questions];

/** A computation that asks: pure, as whoever runs it fetches the answers. */
export type Asking<T> = Generator<Question, T, unknown>;

/** Asks one question. */
export function* ask<K extends keyof Questions>(kind: K, question: Questions[K]["ask"]): Asking<Questions[K]["answer"]> {
	return (yield { kind, ...question } as Question) as Questions[K]["answer"];
}
