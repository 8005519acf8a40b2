import { AppError, toAppError } from "../core/app-error.ts";
import type { Failure } from "../core/application-state.ts";
import { nextDelay } from "../core/backoff.ts";
import type { Condition } from "../core/conditions.ts";
import { parseDuration } from "../core/documents/metadata.ts";
import type { RepositoryDocument } from "../core/documents/repository.ts";
import type { Json } from "../core/object.ts";
import { parseRevision, type Revision, shortRevision } from "../core/revision.ts";
import type { RepositoryView } from "../core/views/repository.ts";
import type { Clock } from "../ports/clock.ts";
import type { CommitInfo, FileTree, Origin, RepositoryAdapter, SignalOption } from "../ports/repository.ts";
import { failureOf } from "./failure.ts";
import type { Status } from "./status.ts";

/** Revisions that were accepted, by ref: what stays in force while a Repository cannot be read. */
interface Heads {
	readonly heads: Readonly<Record<string, Revision>>;
	readonly lastFetch?: string;
}

interface Entry {
	readonly document: RepositoryDocument;
	readonly text: string;
	readonly origin: Origin;
	readonly heads: Map<string, Revision>;
	/** Why a ref is not at its newest commit. */
	readonly failures: Map<string, Failure>;
	readonly abort: AbortController;
	lastFetch: string | undefined;
	fetchFailure: Failure | undefined;
	failed: number;
	fetching: Promise<void> | undefined;
	again: boolean;
	cancelTimer: () => void;
	since: string;
}

/** All opened Repositories: fetches them in time, and says which Revision of a ref is in force. */
export interface Origins {
	/** Opens, reopens and closes until the opened ones are these. */
	set(documents: ReadonlyMap<string, RepositoryDocument>): Promise<void>;
	/** The Revision in force for a ref (default, also for an empty one, the document's). `waiting` before the first fetch; `notFound` for an unknown Repository or ref. */
	revision(name: string, ref?: string, options?: SignalOption): Promise<Revision>;
	tree(name: string, ref?: string, options?: SignalOption): Promise<FileTree>;
	treeAt(name: string, revision: Revision, options?: SignalOption): Promise<FileTree>;
	commit(name: string, revision: Revision, options?: SignalOption): Promise<CommitInfo | undefined>;
	stream(name: string, oid: string, options?: SignalOption): Promise<NodeJS.ReadableStream>;
	/** Fetches soon; a hint from a push or webhook. */
	refresh(name: string): void;
	/** Fetches soon each Repository that is the hosted one of this name. */
	hostedMoved(hosted: string): void;
	/** Fetches now and waits; never throws: what went wrong stands in the conditions. */
	refreshed(name: string): Promise<void>;
	document(name: string): RepositoryDocument | undefined;
	/** Counts how often some ref of some Repository moved, or Repositories were opened or closed: while it stays, so does all that they hold. */
	moves(): number;
	views(applications: ReadonlyMap<string, number>): readonly RepositoryView[];
	close(): Promise<void>;
}

export interface OriginsOptions {
	readonly adapter: RepositoryAdapter;
	readonly status: Status;
	readonly clock: Clock;
	readonly random: () => number;
	/** Of the store's keys under which accepted Revisions are kept. */
	readonly prefix: "repository" | "control";
	/** What was accepted before the last stop, by name. */
	readonly restore: ReadonlyMap<string, Json>;
	/** A Repository's refs moved, or it can be read for the first time. */
	readonly onMoved: (name: string) => void;
}

const maxRefs = 1000;

/** Opens nothing by itself: `set` does. */
export function createOrigins(options: OriginsOptions): Origins {
	const { adapter, status, clock } = options;
	const entries = new Map<string, Entry>();
	/** What was in force when a Repository was last closed: a changed document goes on from there, not from the last start. */
	const left = new Map<string, Heads>();
	const now = (): string => new Date(clock.now()).toISOString();
	let moves = 0;

	function entry(name: string): Entry {
		const found = entries.get(name);
		if (found === undefined) {
			throw new AppError(`Repository ${name} is not known`, {
				code: "RepositoryUnknown",
				kind: "notFound",
				hint: "Add it to the control documents.",
			});
		}
		return found;
	}

	/** Takes over what a ref names now, or notes why not; true when it moved. */
	async function accept(item: Entry, ref: string, signal: AbortSignal): Promise<boolean> {
		try {
			const revision = await item.origin.resolve(ref, { signal });
			const before = item.heads.get(ref);
			if (before === revision) {
				item.failures.delete(ref);
				return false;
			}
			await item.origin.verify(revision, { signal });
			moves += 1;
			item.heads.delete(ref);
			item.heads.set(ref, revision);
			item.failures.delete(ref);
			for (const oldest of item.heads.keys()) {
				if (item.heads.size <= maxRefs) break;
				item.heads.delete(oldest);
			}
			return true;
		} catch (error) {
			const failure = failureOf(error);
			if (failure.code === "Cancelled") throw error;
			item.failures.set(ref, failure);
			return false;
		}
	}

	async function fetchOnce(item: Entry): Promise<void> {
		const name = item.document.metadata.name;
		const { signal } = item.abort;
		const first = item.lastFetch === undefined;
		const before = item.fetchFailure?.code;
		try {
			await item.origin.fetch({ signal });
		} catch (error) {
			if (signal.aborted) return;
			item.failed += 1;
			item.fetchFailure = failureOf(error);
			if (before !== item.fetchFailure.code) {
				item.since = now();
				await status.tell([{ type: "RepositoryFailed", severity: "warning", message: item.fetchFailure.message, repository: name }]);
			}
			return;
		}
		if (signal.aborted) return;
		const refs = new Set([item.document.spec.ref, ...item.heads.keys()]);
		const moved: string[] = [];
		for (const ref of refs) if (await accept(item, ref, signal)) moved.push(ref);
		item.failed = 0;
		item.fetchFailure = undefined;
		item.lastFetch = now();
		if (before !== undefined) item.since = now();
		if (moved.length > 0 || first) {
			const saved: Heads = { heads: Object.fromEntries(item.heads), lastFetch: item.lastFetch };
			await status.tell(
				(options.prefix === "control" ? [] : moved).map((ref) => ({
					type: "RevisionSeen",
					severity: "info" as const,
					message: `${ref} is now at ${shortRevision(item.heads.get(ref) ?? "")}`,
					repository: name,
					revision: item.heads.get(ref) ?? "",
				})),
				[{ type: "value", key: `${options.prefix}/${name}`, value: saved as unknown as Json }],
			);
		}
		if (moved.length > 0 || first || before !== undefined) options.onMoved(name);
	}

	function schedule(item: Entry): void {
		item.cancelTimer();
		if (item.abort.signal.aborted) return;
		const poll = parseDuration(item.document.spec.poll);
		const jittered = poll * (0.9 + 0.2 * options.random());
		const delay =
			item.failed === 0
				? jittered
				: Math.max(
						nextDelay({ attempt: item.failed, backoffMs: 1000, maxBackoffMs: 300_000, random: options.random() }),
						Math.min(poll, 1000),
					);
		item.cancelTimer = clock.after(delay, () => void fetchNow(item));
	}

	function fetchNow(item: Entry): Promise<void> {
		if (item.fetching !== undefined) {
			item.again = true;
			return item.fetching;
		}
		item.fetching = (async () => {
			do {
				item.again = false;
				await fetchOnce(item).catch((error: unknown) => {
					item.fetchFailure = failureOf(error);
					item.failed += 1;
				});
			} while (item.again && !item.abort.signal.aborted);
		})().finally(() => {
			item.fetching = undefined;
			schedule(item);
		});
		return item.fetching;
	}

	async function closeEntry(item: Entry): Promise<void> {
		item.cancelTimer();
		item.abort.abort();
		await item.fetching;
		await item.origin.close();
	}

	async function revision(name: string, ref: string | undefined, { signal }: SignalOption = {}): Promise<Revision> {
		const item = entry(name);
		const wanted = ref === undefined || ref === "" ? item.document.spec.ref : ref;
		const known = item.heads.get(wanted);
		if (known !== undefined) return known;
		if (item.lastFetch === undefined) {
			throw new AppError(
				item.fetchFailure === undefined ? `Repository ${name} is being fetched for the first time` : item.fetchFailure.message,
				{
					code: item.fetchFailure?.code ?? "RepositoryNotFetched",
					kind: item.fetchFailure?.kind ?? "waiting",
					...(item.fetchFailure?.hint === undefined ? {} : { hint: item.fetchFailure.hint }),
				},
			);
		}
		await accept(item, wanted, signal ?? item.abort.signal);
		const accepted = item.heads.get(wanted);
		if (accepted !== undefined) return accepted;
		const failure = item.failures.get(wanted);
		throw new AppError(failure?.message ?? `${wanted} does not exist in Repository ${name}`, {
			code: failure?.code ?? "RefNotFound",
			kind: failure?.kind ?? "notFound",
			...(failure?.hint === undefined ? {} : { hint: failure.hint }),
		});
	}

	function conditions(item: Entry): readonly Condition[] {
		const failure = item.fetchFailure ?? item.failures.get(item.document.spec.ref);
		if (failure !== undefined)
			return [{ type: "Ready", status: "False", reason: failure.code, message: failure.message, since: item.since }];
		if (item.lastFetch === undefined)
			return [{ type: "Ready", status: "Unknown", reason: "Fetching", message: "not yet fetched", since: item.since }];
		return [{ type: "Ready", status: "True", reason: "Fetched", message: "", since: item.since }];
	}

	return {
		async set(documents) {
			for (const [name, item] of entries) {
				const wanted = documents.get(name);
				if (wanted !== undefined && JSON.stringify(wanted) === item.text) continue;
				moves += 1;
				entries.delete(name);
				await closeEntry(item);
				left.set(name, { heads: Object.fromEntries(item.heads) });
			}
			for (const [name, document] of documents) {
				if (entries.has(name)) continue;
				const saved = left.get(name) ?? (options.restore.get(name) as unknown as Heads | undefined);
				const origin = await adapter.open(document);
				const item: Entry = {
					document,
					text: JSON.stringify(document),
					origin,
					heads: new Map(),
					failures: new Map(),
					abort: new AbortController(),
					lastFetch: undefined,
					fetchFailure: undefined,
					failed: 0,
					fetching: undefined,
					again: false,
					cancelTimer: () => {},
					since: now(),
				};
				for (const [ref, known] of Object.entries(saved?.heads ?? {})) {
					if ((await isReadable(origin, known)) && (await isAccepted(origin, known))) item.heads.set(ref, known);
				}
				moves += 1;
				entries.set(name, item);
				void fetchNow(item);
			}
		},
		revision,
		async tree(name, ref, signals) {
			return entry(name).origin.tree(await revision(name, ref, signals), signals);
		},
		moves: () => moves,
		treeAt: (name, at, signals) => entry(name).origin.tree(at, signals),
		async commit(name, at, signals) {
			if (parseRevision(at) === undefined) return undefined;
			try {
				return await entry(name).origin.commit(at, signals);
			} catch (error) {
				if (toAppError(error).kind === "notFound") return undefined;
				throw error;
			}
		},
		stream: (name, oid, signals) => entry(name).origin.stream(oid, signals),
		refresh(name) {
			const item = entries.get(name);
			if (item !== undefined) void fetchNow(item);
		},
		hostedMoved(hosted) {
			for (const item of entries.values()) if (item.document.spec.url === `hosted:${hosted}`) void fetchNow(item);
		},
		async refreshed(name) {
			const item = entries.get(name);
			if (item !== undefined) await fetchNow(item);
		},
		document: (name) => entries.get(name)?.document,
		views: (applications) =>
			[...entries.values()]
				.map((item) => {
					const { name } = item.document.metadata;
					const head = item.heads.get(item.document.spec.ref);
					return {
						name,
						url: item.document.spec.url.replace(/\/\/[^/@]*@/u, "//"),
						ref: item.document.spec.ref,
						...(head === undefined ? {} : { revision: head }),
						...(item.lastFetch === undefined ? {} : { lastFetch: item.lastFetch }),
						conditions: [...conditions(item)],
						applications: applications.get(name) ?? 0,
						hosted: item.document.spec.url.startsWith("hosted:"),
					};
				})
				.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
		async close() {
			await Promise.all([...entries.values()].map((item) => closeEntry(item)));
			entries.clear();
		},
	};
}

/** Whether the signature policy in force, which may be another than before, accepts a Revision. */
async function isAccepted(origin: Origin, revision: Revision): Promise<boolean> {
	try {
		await origin.verify(revision);
		return true;
	} catch (error) {
		if (toAppError(error).kind === "internal") throw error;
		return false;
	}
}

/** Whether the mirror still holds a Revision that was accepted in an earlier life. */
async function isReadable(origin: Origin, revision: Revision): Promise<boolean> {
	try {
		await (await origin.tree(revision)).oid("");
		return true;
	} catch (error) {
		if (toAppError(error).kind === "internal") throw error;
		return false;
	}
}
