import { isAbsolute, resolve } from "node:path";
import { AppError } from "../core/app-error.ts";
import type { Failure } from "../core/application-state.ts";
import type { Condition } from "../core/conditions.ts";
import { toControlSet } from "../core/documents/check.ts";
import type { ControlSet, Document } from "../core/documents/documents.ts";
import { type RepositoryDocument, repositorySchema } from "../core/documents/repository.ts";
import type { Json } from "../core/object.ts";
import { shortRevision } from "../core/revision.ts";
import type { ControlView } from "../core/views/control.ts";
import type { Clock } from "../ports/clock.ts";
import type { RepositoryAdapter } from "../ports/repository.ts";
import type { Store } from "../ports/store.ts";
import { type ControlFile, listControlFolder, readControlFolder, readControlTree } from "./control-folder.ts";
import { failureOf } from "./failure.ts";
import { createOrigins } from "./origins.ts";
import type { Status } from "./status.ts";

/** Where the control documents come from. */
export type ControlSource =
	| { readonly type: "folder"; readonly folder: string }
	| { readonly type: "git"; readonly document: RepositoryDocument; readonly path: string };

/**
 * Reads `--control`: a folder, or a Git URL with an optional `#ref:path`. `hosted:NAME` is a repository that this Gitward hosts.
 * `invalid` when it is neither.
 */
export function parseControlSource(text: string, cwd: string, credentials?: RepositoryDocument["spec"]["credentials"]): ControlSource {
	const isUrl = /^[a-z][a-z0-9+.-]*:/iu.test(text) || /^[^/]+@[^/:]+:/u.test(text);
	if (!isUrl) return { type: "folder", folder: isAbsolute(text) ? text : resolve(cwd, text) };
	const hash = text.indexOf("#");
	const url = hash < 0 ? text : text.slice(0, hash);
	const fragment = hash < 0 ? "" : text.slice(hash + 1);
	const colon = fragment.indexOf(":");
	const ref = (colon < 0 ? fragment : fragment.slice(0, colon)) || "main";
	const path = colon < 0 ? "" : fragment.slice(colon + 1).replace(/^\/+|\/+$/gu, "");
	const hosted = url.startsWith("hosted:");
	const parsed = repositorySchema.safeParse({
		apiVersion: "gitward.dev/v1",
		kind: "Repository",
		metadata: { name: hosted ? url.slice("hosted:".length) : "control" },
		spec: { url, ref, ...(credentials === undefined ? {} : { credentials }) },
	});
	if (parsed.success) return { type: "git", document: parsed.data, path };
	throw new AppError(`${text} is neither a folder nor the URL of a Git repository`, {
		code: "ControlInvalid",
		kind: "invalid",
		hint: "Use a folder, or URL#ref:path.",
	});
}

/** Follows the control documents; what is invalid changes nothing and is told. */
export interface Control {
	/** Puts the last good documents in force, then the newest; resolves after the first read, good or bad. */
	start(): Promise<void>;
	current(): ControlSet;
	view(): ControlView;
	refresh(): void;
	/** Resolves when what is there now was read. */
	refreshed(): Promise<void>;
	close(): Promise<void>;
}

export interface ControlOptions {
	readonly source: ControlSource;
	readonly adapter: RepositoryAdapter;
	readonly status: Status;
	readonly store: Store;
	readonly clock: Clock;
	readonly random: () => number;
	/** Checks files as a whole; throws `invalid` with every problem in its message. */
	readonly check: (files: readonly ControlFile[]) => ControlSet;
	/** Called with a set to put in force; `current` gives it already. Called the other way round when that fails. */
	readonly onSet: (set: ControlSet, before: ControlSet) => Promise<void>;
}

const pollMs = 1000;
const retryMs = 5000;
const empty: ControlSet = { repositories: new Map(), environments: new Map(), applications: new Map(), projects: new Map() };

interface Saved {
	readonly revision: string;
	readonly documents: readonly Document[];
}

function documentsOf(set: ControlSet): readonly Document[] {
	return [...set.repositories.values(), ...set.environments.values(), ...set.applications.values(), ...set.projects.values()];
}

export function createControl(options: ControlOptions): Control {
	const { source, status, store, clock } = options;
	const abort = new AbortController();
	let current = empty;
	let revision: string | undefined;
	let failure: Failure | undefined;
	let since = new Date(clock.now()).toISOString();
	let seen: string | undefined;
	let loading: Promise<void> = Promise.resolve();
	let queued = false;
	let cancelTimer = (): void => {};
	let cancelRetry = (): void => {};

	const origins = createOrigins({
		adapter: options.adapter,
		status,
		clock,
		random: options.random,
		prefix: "control",
		restore: new Map(),
		onMoved: () => void load(),
	});
	const name = source.type === "git" ? source.document.metadata.name : "";

	async function readFolder(folder: string): Promise<{ readonly files: readonly ControlFile[]; readonly revision: string } | undefined> {
		const listed = await listControlFolder(folder, abort.signal);
		const stamp = JSON.stringify(listed);
		if (stamp === seen) return undefined;
		const files = await readControlFolder(
			folder,
			listed.map(({ path }) => path),
			abort.signal,
		);
		seen = stamp;
		return { files, revision: `folder at ${new Date(clock.now()).toISOString()}` };
	}

	async function readGit(path: string): Promise<{ readonly files: readonly ControlFile[]; readonly revision: string } | undefined> {
		const tree = await origins.tree(name, undefined, { signal: abort.signal });
		if (tree.revision === seen) return undefined;
		const files = await readControlTree(tree, path, abort.signal);
		seen = tree.revision;
		return { files, revision: tree.revision };
	}

	async function tellFailure(error: unknown): Promise<void> {
		if (abort.signal.aborted) return;
		const found = failureOf(error);
		if (found.kind === "waiting") return;
		if (failure?.message === found.message) return;
		if (failure === undefined) since = new Date(clock.now()).toISOString();
		failure = found;
		await status.tell([{ type: "ControlRejected", severity: "error", message: found.message }]);
	}

	/** The whole set or none of it: what fails half-way is taken back. */
	async function putInForce(set: ControlSet): Promise<void> {
		const before = current;
		try {
			current = set;
			await options.onSet(set, before);
		} catch (error) {
			current = before;
			await options.onSet(before, set);
			throw error;
		}
	}

	async function loadOnce(): Promise<void> {
		try {
			const read = source.type === "folder" ? await readFolder(source.folder) : await readGit(source.path);
			if (read === undefined) return;
			const set = options.check(read.files);
			await putInForce(set);
			const news = read.revision !== revision;
			revision = read.revision;
			if (failure !== undefined) since = new Date(clock.now()).toISOString();
			failure = undefined;
			const saved: Saved = { revision, documents: documentsOf(set) };
			await status.tell(
				news
					? [
							{
								type: "ControlAccepted",
								severity: "info",
								message: `${documentsOf(set).length} documents of ${shortRevision(read.revision)} are in force`,
								revision: read.revision,
							},
						]
					: [],
				[{ type: "value", key: "control", value: saved as unknown as Json }],
			);
		} catch (error) {
			await tellFailure(error);
			if (failureOf(error).kind === "invalid" || abort.signal.aborted) return;
			// Nothing is wrong with the documents themselves: the same ones are tried again.
			seen = undefined;
			cancelRetry();
			cancelRetry = clock.after(retryMs, () => void load());
		}
	}

	/** One load at a time; those asked for meanwhile become one more. */
	function load(): Promise<void> {
		if (queued) return loading;
		queued = true;
		loading = loading.then(async () => {
			queued = false;
			if (!abort.signal.aborted) await loadOnce();
		});
		return loading;
	}

	function poll(): void {
		cancelTimer = clock.after(pollMs, () => {
			void load().finally(() => {
				if (!abort.signal.aborted) poll();
			});
		});
	}

	return {
		async start() {
			const saved = (await store.value("control")) as unknown as Saved | undefined;
			if (saved !== undefined) {
				await putInForce(toControlSet(saved.documents));
				revision = saved.revision;
			}
			if (source.type === "folder") {
				await load();
				poll();
				return;
			}
			await origins.set(new Map([[name, source.document]]));
			await origins.refreshed(name);
			await load();
			const unread = origins.views(new Map())[0]?.conditions.find((condition) => condition.status === "False");
			if (unread !== undefined && seen === undefined) {
				await tellFailure(
					new AppError(`control documents cannot be read: ${unread.message}`, { code: unread.reason, kind: "unavailable" }),
				);
			}
		},
		current: () => current,
		view() {
			const conditions: Condition[] =
				failure === undefined
					? [{ type: "Ready", status: revision === undefined ? "Unknown" : "True", reason: "Accepted", message: "", since }]
					: [{ type: "Ready", status: "False", reason: failure.code, message: failure.message, since }];
			const text = source.type === "folder" ? source.folder : `${source.document.spec.url}#${source.document.spec.ref}:${source.path}`;
			return { source: text.replace(/\/\/[^/@]*@/u, "//"), ...(revision === undefined ? {} : { revision }), conditions };
		},
		refresh() {
			if (source.type === "git") origins.refresh(name);
			else void load();
		},
		async refreshed() {
			if (source.type === "git") await origins.refreshed(name);
			await load();
		},
		async close() {
			abort.abort();
			cancelTimer();
			cancelRetry();
			await loading;
			await origins.close();
		},
	};
}
