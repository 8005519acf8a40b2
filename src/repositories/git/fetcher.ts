import type { RepositoryDocument, SecretSource } from "../../core/documents/repository.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { type Access, grantAccess } from "./access.ts";
import type { Git } from "./git-command.ts";
import { type GitUrl, isSameHost, parseGitUrl } from "./git-url.ts";
import { keepLeftBehind } from "./kept.ts";
import { createMirror } from "./mirror.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { Objects } from "./objects.ts";
import type { Programs } from "./programs.ts";
import type { RefBook, RefsReading } from "./ref-book.ts";
import { isObjectHash, type Refs, resolveRef } from "./refs.ts";
import { fetchSubmodules } from "./submodule-fetch.ts";

export interface FetcherOptions {
	readonly document: RepositoryDocument;
	/** The bare repository: a mirror of our own, or the hosted one itself. */
	readonly folder: string;
	/** Folder of hosted repositories. */
	readonly hosted: string;
	/** Where relative paths in documents start. */
	readonly base: string | undefined;
	/** Private folder for short-lived files. */
	readonly scratch: string;
	readonly timeoutMs: number;
	readonly programs: () => Promise<Programs>;
	readonly reveal: (source: SecretSource) => Promise<Secret>;
	readonly git: Git;
	readonly reader: ObjectReader;
	readonly objects: Objects;
	readonly book: RefBook;
	/** Refs whose submodules are wanted. */
	readonly asked: ReadonlySet<string>;
	readonly clock: Clock;
	readonly log: Log;
}

/** Brings one repository up to date. Not to be called while it runs. */
export interface Fetcher {
	/** True when refs moved. */
	fetch(signal: AbortSignal): Promise<boolean>;
	/** The next fetch rebuilds the mirror. */
	distrust(): void;
}

const mirrored: readonly string[] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
/** Signs in git's messages that our own repository is broken, or that it may be. */
const suspicious =
	/corrupt|bad object|not a git repository|unable to (?:read|parse)|did not send all necessary|invalid object|does not point to a valid|broken|packfile|inflate|index file|missing (?:blob|tree|commit|object)|mismatched algorithms|bad tree|hash mismatch|bad config/iu;

function isSuspicious(error: unknown): error is ExecError {
	return error instanceof ExecError && error.facts.cause === "failed" && suspicious.test(error.facts.stderr);
}

export function createFetcher(options: FetcherOptions): Fetcher {
	const { document, folder, git, reader, objects, book, clock, log, timeoutMs } = options;
	const { spec } = document;
	const repository = document.metadata.name;
	const mirror = createMirror(folder, git, () => clock.now());
	let isDistrusted = false;
	/** Refs on disk and names asked for, for which the submodules are there. */
	let submodulesFor = "";

	async function withAccess(url: GitUrl, hasCredentials: boolean, use: (access: Access) => Promise<void>): Promise<void> {
		const credentials = hasCredentials ? spec.credentials : undefined;
		const access = await grantAccess({
			url,
			credentials,
			reveal: options.reveal,
			programs: await options.programs(),
			folder: options.scratch,
		});
		try {
			await use(access);
		} finally {
			await access.dispose();
		}
	}

	/** True when the mirror is a new one, which holds nothing but what the origin has now. */
	async function fetchRefs(url: GitUrl, access: Access, signal: AbortSignal): Promise<boolean> {
		const refspecs = spec.ref === "HEAD" ? [...mirrored, "+HEAD:refs/gitward/HEAD"] : mirrored;
		const limits = { signal, timeoutMs, prune: true };
		const renew = (): void => {
			book.expectNews();
			objects.forget();
			reader.restart();
		};
		const isNew = await mirror.ensure({ signal });
		if (isNew) renew();
		if (!isDistrusted) {
			try {
				await mirror.fetch(url, refspecs, access, limits);
				return isNew;
			} catch (error) {
				if (!isSuspicious(error)) throw error;
				if (!/mismatched algorithms/u.test(error.facts.stderr) && (await mirror.isSound(limits))) throw error;
			}
		}
		log.warn("rebuilding a repository's mirror", { repository });
		await mirror.rebuild(url, refspecs, access, limits);
		isDistrusted = false;
		renew();
		return true;
	}

	/** A followed commit that no branch or tag leads to is asked for by its hash. */
	async function fetchCommit(url: GitUrl, access: Access, signal: AbortSignal): Promise<void> {
		if (!isObjectHash(spec.ref) || (await objects.commit(spec.ref, { signal })) !== undefined) return;
		try {
			await mirror.fetch(url, [`+${spec.ref}:refs/gitward/wanted/${spec.ref}`], access, { signal, timeoutMs });
		} catch (error) {
			if (!(error instanceof ExecError) || error.facts.cause !== "failed") throw error;
			// The origin has no such commit, which `resolve` tells.
		}
	}

	async function bringSubmodules({ refs, text }: RefsReading, root: GitUrl, signal: AbortSignal): Promise<void> {
		const wanted = `${[...options.asked].join("\n")}\n\n${text}`;
		if (wanted === submodulesFor) return;
		for (const commit of commitsOf(refs, options.asked, repository)) {
			await fetchSubmodules({ commit, root, hosted: options.hosted, git, folder, objects, signal }, (url, oid) =>
				withAccess(url, isSameHost(url, root), (access) =>
					mirror.fetch(url, [`+${oid}:refs/gitward/modules/${oid}`], access, { signal, timeoutMs }),
				),
			);
		}
		submodulesFor = wanted;
	}

	/** Puts the refs on disk in force, once what they left is kept alive and their submodules are there. */
	async function takeRefs(before: Refs | undefined, root: GitUrl, signal: AbortSignal): Promise<boolean> {
		const reading = await book.read(signal);
		if (spec.submodules) await bringSubmodules(reading, root, signal);
		if (!book.isNews(reading)) return false;
		if (before !== undefined) await keepLeftBehind(before, reading.refs, { git, folder, objects, now: clock.now(), signal });
		book.put(reading);
		return true;
	}

	return {
		distrust() {
			isDistrusted = true;
		},
		async fetch(signal) {
			const url = parseGitUrl(spec.url, options.base);
			if (url.kind === "hosted") {
				if (!(await book.isThere())) throw book.missing();
				return takeRefs(await book.current(signal), url, signal);
			}
			let moved = false;
			await withAccess(url, true, async (access) => {
				// What the disk held before this life began is the state that the fetch is compared with.
				const before = isDistrusted ? undefined : await book.current(signal).catch(() => undefined);
				const isNew = await fetchRefs(url, access, signal);
				await fetchCommit(url, access, signal);
				try {
					moved = await takeRefs(isNew ? undefined : before, url, signal);
				} catch (error) {
					if (!isSuspicious(error)) throw error;
					// The fetch found nothing new and so noticed nothing, yet the refs cannot be read.
					isDistrusted = true;
					await fetchRefs(url, access, signal);
					moved = await takeRefs(undefined, url, signal);
				}
			});
			return moved;
		},
	};
}

function commitsOf(refs: Refs, names: ReadonlySet<string>, repository: string): ReadonlySet<string> {
	const commits = new Set<string>();
	for (const name of names) {
		try {
			commits.add(resolveRef(refs, name, repository).commit);
		} catch {
			// A ref that is gone has no submodules; `resolve` tells whoever asks.
		}
	}
	return commits;
}
