import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { AppError } from "../../core/app-error.ts";
import { parseDuration } from "../../core/documents/metadata.ts";
import type { RepositoryDocument, SecretSource } from "../../core/documents/repository.ts";
import { formatRevision, parseRevision, type Revision } from "../../core/revision.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { CommitInfo, Origin, SignalOption } from "../../ports/repository.ts";
import { type Access, grantAccess } from "./access.ts";
import { createFileTree, type TreeSource } from "./file-tree.ts";
import { createGit } from "./git-command.ts";
import { gitError } from "./git-error.ts";
import { type GitUrl, isSameHost, parseGitUrl } from "./git-url.ts";
import { readHistory } from "./history.ts";
import { keepLeftBehind } from "./kept.ts";
import { createLru } from "./lru.ts";
import { tidy } from "./maintenance.ts";
import { createMirror, type FetchOptions } from "./mirror.ts";
import { createObjectReader } from "./object-reader.ts";
import { createObjects } from "./objects.ts";
import type { Programs } from "./programs.ts";
import { parseRefs, type Refs, refsCommand, resolveRef } from "./refs.ts";
import { createSharedCall } from "./shared-call.ts";
import { createSignatures, refusal, type Signature } from "./signatures.ts";
import { fetchSubmodules } from "./submodule-fetch.ts";

export interface OriginOptions {
	readonly document: RepositoryDocument;
	/** The bare repository: a mirror of our own, or the hosted one itself. */
	readonly folder: string;
	/** Folder of hosted repositories. */
	readonly hosted: string;
	/** Where relative paths in documents start. */
	readonly base: string | undefined;
	/** Private folder for short-lived files. */
	readonly scratch: string;
	readonly programs: () => Promise<Programs>;
	readonly exec: Exec;
	readonly reveal: (source: SecretSource) => Promise<Secret>;
	readonly clock: Clock;
	readonly log: Log;
}

const mirrored: readonly string[] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
/** Signs in git's messages that our own repository is broken, or that it may be. */
const suspicious = /corrupt|bad object|not a git repository|unable to (?:read|parse)|did not send all necessary|invalid object|does not point to a valid|broken|packfile|inflate|index file|missing (?:blob|tree|commit|object)|mismatched algorithms|bad tree|hash mismatch|bad config/iu;
const maxRefsAsked = 100;
const tidyEvery = 50;
const streamedFrom = 8 * 1024 * 1024;

/** One Repository, opened. Touches nothing until it is asked. */
export function createOrigin(options: OriginOptions): Origin {
	const { document, folder, clock, log, exec } = options;
	const { spec } = document;
	const repository = document.metadata.name;
	const isHosted = spec.url.startsWith("hosted:");
	const timeoutMs = parseDuration(spec.timeout);
	const git = createGit(exec);
	const mirror = createMirror(folder, git, () => clock.now());
	const reader = createObjectReader({ start: () => git.start(folder, ["cat-file", "--batch"]), clock });
	const objects = createObjects(reader, onCorrupt);
	const signatures =
		spec.verify === undefined ? undefined : createSignatures({ verify: spec.verify, repository: folder, folder: `${options.scratch}/${repository}.keys`, git, exec });
	const checked = createLru<Signature>(1000);
	/** Refs that were asked for, whose submodules a fetch brings too. */
	const askedNames = new Set<string>([spec.ref]);
	const closing = new AbortController();
	let refs: Refs | undefined;
	let refsText: string | undefined;
	/** Refs on disk and names asked for, for which the submodules are there. */
	let submodulesFor: string | undefined;
	let isCorrupt = false;
	let moves = 0;
	let background: Promise<void> | undefined;

	/** Starts work that nobody waits for, one at a time; `close` waits for it. */
	function inBackground(name: string, work: () => Promise<unknown>): void {
		if (background !== undefined || closing.signal.aborted) return;
		background = work()
			.then(
				() => {},
				(error: unknown) => {
					if (!closing.signal.aborted) log.warn("work on a repository failed", { repository, work: name, error: String(error) });
				},
			)
			.finally(() => {
				background = undefined;
			});
	}

	function onCorrupt(): void {
		if (isCorrupt) return;
		isCorrupt = true;
		log.warn("a repository's mirror is corrupt", { repository });
		inBackground("rebuild", () => fetchShared());
	}

	const mine = <T>(doing: string, work: Promise<T>): Promise<T> =>
		work.catch((error: unknown) => {
			throw gitError(error, repository, doing);
		});

	async function readRefs(signal?: AbortSignal): Promise<{ readonly refs: Refs; readonly text: string }> {
		const { stdout } = await git.run(folder, refsCommand, { signal, timeoutMs: 30_000, maxOutputBytes: 64 * 1024 * 1024 });
		const text = stdout.toString("utf8");
		if (refs !== undefined && text === refsText) return { refs, text };
		return { text, refs: await parseRefs(text, async (oid) => (await objects.commit(oid))?.oid) };
	}

	/** Refs as they were read last; from the disk where this life did not read them yet. */
	async function currentRefs(signal?: AbortSignal): Promise<Refs> {
		if (refs !== undefined) return refs;
		if (!(await hasFolder())) {
			const message = isHosted ? `Repository ${repository}: there is no hosted repository ${spec.url.slice("hosted:".length)}` : `Repository ${repository} was not fetched yet`;
			throw new AppError(message, { code: isHosted ? "RepositoryNotFound" : "RepositoryNotFetched", kind: "notFound" });
		}
		const read = await readRefs(signal);
		refs ??= read.refs;
		refsText ??= read.text;
		return refs;
	}

	const hasFolder = (): Promise<boolean> =>
		stat(`${folder}/HEAD`).then(
			() => true,
			() => false,
		);

	/** Takes over the refs as they are on disk now, keeps alive what they left, and brings the submodules. */
	async function takeRefs(before: Refs | undefined, root: GitUrl, signal: AbortSignal): Promise<void> {
		const next = await readRefs(signal);
		const wanted = spec.submodules ? `${[...askedNames].join("\n")}\n\n${next.text}` : undefined;
		if (wanted !== submodulesFor) {
			await bringSubmodules(next.refs, root, signal);
			submodulesFor = wanted;
		}
		if (next.text === refsText) return;
		if (before !== undefined) await keepLeftBehind(before, next.refs, { git, folder, objects, now: clock.now(), signal });
		refs = next.refs;
		refsText = next.text;
		moves += 1;
		if (moves % tidyEvery === 0) inBackground("tidy", () => tidy(git, folder, { signal: closing.signal }));
	}

	async function bringSubmodules(from: Refs, root: GitUrl, signal: AbortSignal): Promise<void> {
		const commits = new Set<string>();
		for (const ref of askedNames) {
			try {
				commits.add(resolveRef(from, ref, repository).commit);
			} catch {
				// A ref that is gone has no submodules; `resolve` tells whoever asks.
			}
		}
		for (const commit of commits) {
			await fetchSubmodules({ commit, root, hosted: options.hosted, git, folder, objects, signal }, async (url, oid) => {
				const access = await grant(url, isSameHost(url, root));
				try {
					await mirror.fetch(url, [`+${oid}:refs/gitward/modules/${oid}`], access, { signal, timeoutMs });
				} finally {
					await access.dispose();
				}
			});
		}
	}

	async function grant(url: GitUrl, withCredentials: boolean): Promise<Access> {
		return grantAccess({ url, credentials: withCredentials ? spec.credentials : undefined, reveal: options.reveal, programs: await options.programs(), folder: options.scratch });
	}

	async function fetchMirror(url: GitUrl, access: Access, signal: AbortSignal): Promise<void> {
		const refspecs = spec.ref === "HEAD" ? [...mirrored, "+HEAD:refs/gitward/HEAD"] : mirrored;
		const limits: FetchOptions = { signal, timeoutMs, prune: true };
		const rebuild = async (): Promise<void> => {
			log.warn("rebuilding a repository's mirror", { repository });
			await mirror.rebuild(url, refspecs, access, limits);
			isCorrupt = false;
			refsText = undefined;
			reader.restart();
		};
		if (await mirror.ensure({ signal })) {
			refsText = undefined;
			reader.restart();
		}
		if (isCorrupt) return rebuild();
		try {
			await mirror.fetch(url, refspecs, access, limits);
		} catch (error) {
			if (!(error instanceof ExecError) || error.facts.cause !== "failed" || !suspicious.test(error.facts.stderr)) throw error;
			if (!/mismatched algorithms/u.test(error.facts.stderr) && (await mirror.isSound(limits))) throw error;
			await rebuild();
		}
		return undefined;
	}

	/** A followed commit that no branch or tag leads to is asked for by its hash. */
	async function fetchCommit(url: GitUrl, access: Access, signal: AbortSignal): Promise<void> {
		if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(spec.ref) || (await objects.commit(spec.ref, { signal })) !== undefined) return;
		try {
			await mirror.fetch(url, [`+${spec.ref}:refs/gitward/wanted/${spec.ref}`], access, { signal, timeoutMs });
		} catch (error) {
			if (!(error instanceof ExecError) || error.facts.cause !== "failed") throw error;
			// The origin has no such commit, which `resolve` tells.
		}
	}

	async function work(signal: AbortSignal): Promise<void> {
		const url = parseGitUrl(spec.url, options.base);
		if (isHosted) {
			if (!(await hasFolder())) refs = undefined;
			const before = await currentRefs(signal);
			await takeRefs(before, url, signal);
			return;
		}
		const access = await grant(url, true);
		try {
			// What the disk held before this life began is the state that the fetch is compared with.
			const before = isCorrupt ? undefined : await currentRefs(signal).catch(() => undefined);
			await fetchMirror(url, access, signal);
			await fetchCommit(url, access, signal);
			try {
				await takeRefs(before, url, signal);
			} catch (error) {
				if (!(error instanceof ExecError) || error.facts.cause !== "failed" || !suspicious.test(error.facts.stderr)) throw error;
				// The fetch found nothing new and so noticed nothing, yet the refs cannot be read.
				isCorrupt = true;
				await fetchMirror(url, access, signal);
				await takeRefs(undefined, url, signal);
			}
		} finally {
			await access.dispose();
		}
	}

	const fetchShared = createSharedCall((signal) => mine("fetching", work(AbortSignal.any([signal, closing.signal]))));

	function parsed(revision: Revision): string {
		const parts = parseRevision(revision);
		if (parts !== undefined) return parts.commit;
		throw new AppError(`${JSON.stringify(revision.slice(0, 200))} is no Revision`, { code: "RevisionInvalid", kind: "invalid", hint: "It looks like main@sha1:<40 hex digits>." });
	}

	async function commitOf(oid: string, signals: SignalOption) {
		if (!(await hasFolder())) await currentRefs(signals.signal);
		const commit = await objects.commit(oid, signals);
		if (commit !== undefined) return commit;
		throw new AppError(`Repository ${repository} has no commit ${oid}`, { code: "RevisionNotFound", kind: "notFound", hint: "Was it pushed?" });
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

	async function signatureOf(oid: string, signals: SignalOption): Promise<Signature> {
		if (signatures === undefined) return { signature: "not-checked" };
		const known = checked.get(oid);
		if (known !== undefined) return known;
		const signature = await signatures.check(oid, signals);
		checked.set(oid, signature);
		return signature;
	}

	return {
		fetch: ({ signal } = {}) => fetchShared(signal),
		async resolve(ref = spec.ref, signals = {}) {
			const now = await mine("reading refs", currentRefs(signals.signal));
			const { commit, isKnown } = resolveRef(now, ref, repository);
			if (spec.submodules && askedNames.size < maxRefsAsked) askedNames.add(ref);
			return formatRevision(ref, isKnown ? commit : (await commitOf(commit, signals)).oid);
		},
		async verify(revision, signals = {}) {
			const commit = parsed(revision);
			if (spec.verify === undefined) return;
			const found = await mine("checking a signature", signatureOf(commit, signals));
			if (found.signature !== "good") throw refusal(commit, repository, spec.verify.mode, found);
		},
		async tree(revision, signals = {}) {
			const commit = await commitOf(parsed(revision), signals);
			return createFileTree(source, repository, revision, commit.tree);
		},
		async commit(revision, signals = {}) {
			const { oid, author, email, time, subject } = await commitOf(parsed(revision), signals);
			const signature = await mine("checking a signature", signatureOf(oid, signals));
			return { commit: oid, author, email, time, subject, ...signature } satisfies CommitInfo;
		},
		async log({ to, from, path, limit, ...signals }) {
			const first = await commitOf(parsed(to), signals);
			const last = from === undefined ? undefined : await commitOf(parsed(from), signals);
			return mine("reading history", readHistory(git, folder, { to: first.oid, from: last?.oid, path, limit, ...signals }));
		},
		async stream(oid, signals = {}) {
			if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(oid)) throw new AppError(`${JSON.stringify(oid.slice(0, 100))} is no object of a repository`, { code: "BlobInvalid", kind: "invalid" });
			const object = await reader.read(oid, { limit: streamedFrom, ...signals });
			if (object?.type !== "blob") throw new AppError(`Repository ${repository} has no file ${oid}`, { code: "BlobNotFound", kind: "notFound" });
			if (object.content !== undefined) return Readable.from([object.content], { objectMode: false });
			return git.stream(folder, ["cat-file", "blob", oid], signals);
		},
		async close() {
			closing.abort();
			reader.close();
			await background;
		},
	};
}
