import { Readable } from "node:stream";
import { AppError } from "../../core/app-error.ts";
import { parseDuration } from "../../core/documents/metadata.ts";
import { hashValue } from "../../core/hash.ts";
import { formatRevision, parseRevision, type Revision } from "../../core/revision.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import { createLru } from "../../lib/lru.ts";
import type { CommitInfo, Origin, SignalOption } from "../../ports/repository.ts";
import { createBackground } from "./background.ts";
import { createFetcher, type FetcherOptions } from "./fetcher.ts";
import { createFileTree, type TreeSource } from "./file-tree.ts";
import { createGit } from "./git-command.ts";
import { gitError } from "./git-error.ts";
import { readHistory } from "./history.ts";
import { createGitHistory } from "./history-port.ts";
import { tidy } from "./maintenance.ts";
import { createObjectReader } from "./object-reader.ts";
import { createObjects } from "./objects.ts";
import { createRefBook } from "./ref-book.ts";
import { isObjectHash, resolveRef } from "./refs.ts";
import { createSharedCall } from "./shared-call.ts";
import { createSignatures, refusal, type Signature } from "./signatures.ts";

export interface OriginOptions
	extends Pick<FetcherOptions, "document" | "folder" | "hosted" | "base" | "scratch" | "programs" | "reveal" | "clock" | "log"> {
	readonly exec: Exec;
}

/** Most refs whose submodules are brought. */
const maxAsked = 100;
/** Moves of refs between two looks at whether the repository needs packing. */
const tidyEvery = 50;
/** Between two rebuilds that reads ask for. */
const rebuildPauseMs = 60_000;
/** Files above this many bytes come from a process of their own. */
const streamedFrom = 8 * 1024 * 1024;

/** Longest stream of one file. */
const streamMs = 30 * 60_000;

/** One Repository, opened. Touches nothing until it is asked. */
export function createOrigin(options: OriginOptions): Origin {
	const { document, folder, clock, log, exec } = options;
	const { spec } = document;
	const repository = document.metadata.name;
	const git = createGit(exec);
	const background = createBackground(log, { repository });
	const reader = createObjectReader({ start: () => git.start(folder, ["cat-file", "--batch"]), clock });
	const objects = createObjects(reader, onCorrupt);
	const book = createRefBook(git, folder, objects, () => missingError(repository, spec.url));
	const asked = new Set([spec.ref]);
	const fetcher = createFetcher({ ...options, timeoutMs: parseDuration(spec.timeout), git, reader, objects, book, asked });
	const signatures =
		spec.verify === undefined
			? undefined
			: createSignatures({
					verify: spec.verify,
					repository: folder,
					folder: `${options.scratch}/keys-${hashValue(spec.verify).slice(0, 16)}`,
					git,
					exec,
				});
	const checked = createLru<Signature>(1000);
	let moves = 0;
	let lastDistrust = Number.NEGATIVE_INFINITY;
	let isThere = false;

	/** What an origin itself holds broken cannot be mended by fetching it again and again. */
	function onCorrupt(): void {
		const now = clock.monotonic();
		if (now - lastDistrust < rebuildPauseMs) return;
		lastDistrust = now;
		fetcher.distrust();
		background.start("rebuild", () => fetches.call());
	}

	const fetches = createSharedCall(async (signal) => {
		const moved = await inOurWords("fetching", fetcher.fetch(AbortSignal.any([signal, background.signal])));
		if (moved) moves += 1;
		if (moved && moves % tidyEvery === 0) background.start("tidy", (closing) => tidy(git, folder, { signal: closing }));
	});

	function inOurWords<T>(doing: string, work: Promise<T>): Promise<T> {
		return work.catch((error: unknown) => {
			throw gitError(error, repository, doing);
		});
	}

	async function commitOf(oid: string, signals: SignalOption) {
		isThere ||= await book.isThere();
		if (!isThere) throw book.missing();
		const commit = await objects.commit(oid, signals);
		if (commit !== undefined) return commit;
		throw new AppError(`Repository ${repository} has no commit ${oid}`, {
			code: "RevisionNotFound",
			kind: "notFound",
			hint: "Was it pushed?",
		});
	}

	async function signatureOf(oid: string, signals: SignalOption): Promise<Signature> {
		if (signatures === undefined) return { signature: "not-checked" };
		const known = checked.get(oid);
		if (known !== undefined) return known;
		const signature = await signatures.check(oid, signals);
		checked.set(oid, signature);
		return signature;
	}

	const source: TreeSource = {
		...objects,
		hasSubmodules: spec.submodules,
		async submodule(commit, path, signals) {
			const found = await objects.commit(commit, signals);
			if (found !== undefined) return found.tree;
			throw new AppError(`${path} leads into a submodule whose commit ${commit.slice(0, 12)} was not fetched yet`, {
				code: "SubmoduleNotFetched",
				kind: "unavailable",
				hint: "It comes with the next fetch, unless .gitmodules does not name it or its own repository does not have it.",
			});
		},
	};

	return {
		fetch: ({ signal } = {}) => fetches.call(signal),
		async resolve(ref = spec.ref, signals = {}) {
			const refs = await inOurWords("reading refs", book.current(signals.signal));
			const { commit, isKnown } = resolveRef(refs, ref, repository);
			if (spec.submodules && asked.size < maxAsked) asked.add(ref);
			return formatRevision(ref, isKnown ? commit : (await commitOf(commit, signals)).oid);
		},
		async verify(revision, signals = {}) {
			const commit = commitIn(revision);
			if (spec.verify === undefined) return;
			const found = await inOurWords("checking a signature", signatureOf(commit, signals));
			if (found.signature !== "good") throw refusal(commit, repository, spec.verify.mode, found);
		},
		async tree(revision, signals = {}) {
			const commit = await commitOf(commitIn(revision), signals);
			return createFileTree(source, repository, revision, commit.tree);
		},
		async commit(revision, signals = {}) {
			const { oid, author, email, time, subject } = await commitOf(commitIn(revision), signals);
			const signature = await inOurWords("checking a signature", signatureOf(oid, signals));
			return { commit: oid, author, email, time, subject, ...signature } satisfies CommitInfo;
		},
		async log({ to, from, path, limit, ...signals }) {
			const first = await commitOf(commitIn(to), signals);
			const last = from === undefined ? undefined : await commitOf(commitIn(from), signals);
			return inOurWords("reading history", readHistory(git, folder, { to: first.oid, from: last?.oid, path, limit, ...signals }));
		},
		async refs({ signal } = {}) {
			const { branches, tags } = await inOurWords("reading refs", book.current(signal));
			return { branches, tags };
		},
		history: createGitHistory({ repository, git, folder, reader }),
		async stream(oid, signals = {}) {
			if (!isObjectHash(oid))
				throw new AppError(`${JSON.stringify(oid.slice(0, 100))} is no object of a repository`, { code: "BlobInvalid", kind: "invalid" });
			const object = await reader.read(oid, { limit: streamedFrom, ...signals });
			if (object?.type !== "blob")
				throw new AppError(`Repository ${repository} has no file ${oid}`, { code: "BlobNotFound", kind: "notFound" });
			if (object.content !== undefined) return Readable.from([object.content], { objectMode: false });
			return git.stream(folder, ["cat-file", "blob", oid], { ...signals, timeoutMs: streamMs });
		},
		async close() {
			const closed = background.close();
			reader.close();
			await Promise.all([closed, fetches.idle()]);
		},
	};
}

function commitIn(revision: Revision): string {
	const parts = parseRevision(revision);
	if (parts !== undefined) return parts.commit;
	throw new AppError(`${JSON.stringify(revision.slice(0, 200))} is no Revision`, {
		code: "RevisionInvalid",
		kind: "invalid",
		hint: "It looks like main@sha1:<40 hex digits>.",
	});
}

function missingError(repository: string, url: string): AppError {
	if (!url.startsWith("hosted:"))
		return new AppError(`Repository ${repository} was not fetched yet`, { code: "RepositoryNotFetched", kind: "notFound" });
	return new AppError(`Repository ${repository}: there is no hosted repository ${url.slice("hosted:".length)}`, {
		code: "RepositoryNotFound",
		kind: "notFound",
		hint: "Create it first, or check spec.url.",
	});
}
