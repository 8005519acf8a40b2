import type { RepositoryDocument } from "../core/documents/repository.ts";
import type { Refs } from "../core/flow/refs.ts";
import type { Revision } from "../core/revision.ts";
import type { History } from "./history.ts";

export interface SignalOption {
	readonly signal?: AbortSignal;
}

/** One entry of a folder at a Revision. */
export interface TreeEntry {
	readonly name: string;
	/** `link` is a symbolic link: it is never followed out of the tree. `submodule` holds a commit of another repository. */
	readonly type: "file" | "folder" | "link" | "submodule";
	readonly executable: boolean;
	/** Content hash of the file or folder. */
	readonly oid: string;
	/** Bytes, for files where it is already known. */
	readonly size?: number;
}

/**
 * The files of a Repository at one Revision. Paths are relative, `/`-separated, without `.` or `..`; "" is the root.
 * Symbolic links inside the tree are resolved; one that leads out of it is an error of kind `invalid` (code `PathOutsideTree`).
 */
export interface FileTree {
	readonly repository: string;
	readonly revision: Revision;
	/** Hash of a file or folder, or undefined where nothing stands at that path. Costs no process and usually no I/O. */
	oid(path: string, options?: SignalOption): Promise<string | undefined>;
	/** Entries of a folder sorted by name. Throws `notFound` where there is no such folder. */
	list(path: string, options?: SignalOption): Promise<readonly TreeEntry[]>;
	/** Content of a file. Throws `notFound`, or `invalid` (code `FileTooLarge`) above `limit` bytes (default 8 MiB). */
	read(path: string, options?: SignalOption & { readonly limit?: number }): Promise<Buffer>;
}

/** Who made a commit, and whether its signature was good. */
export interface CommitInfo {
	readonly commit: string;
	readonly author: string;
	readonly email: string;
	/** ISO 8601. */
	readonly time: string;
	readonly subject: string;
	readonly signature: "good" | "bad" | "unknown-key" | "none" | "not-checked";
	readonly signer?: string;
}

/** One opened Repository: a bare mirror (or a hosted repository read in place). One fetch at a time, whoever asks. */
export interface Origin {
	/**
	 * Brings the mirror up to date. Callers that ask while one is under way share its result. Errors: `unavailable`, `denied`,
	 * `notFound`, `timeout`. On failure what the mirror held before stays readable. A corrupt mirror is rebuilt.
	 */
	fetch(options?: SignalOption): Promise<void>;
	/** The Revision that `ref` (branch, tag, semver range or commit; default the document's) names now in the mirror; no network. `notFound` where none. */
	resolve(ref?: string, options?: SignalOption): Promise<Revision>;
	/** Throws `denied` (code `SignatureRequired`) where the document's policy demands a good signature and the commit has none. */
	verify(revision: Revision, options?: SignalOption): Promise<void>;
	tree(revision: Revision, options?: SignalOption): Promise<FileTree>;
	commit(revision: Revision, options?: SignalOption): Promise<CommitInfo>;
	/** Newest first, at most `limit` commits reachable from `to` and not from `from`, that touch `path`. */
	log(
		options: SignalOption & { readonly to: Revision; readonly from?: Revision; readonly path?: string; readonly limit: number },
	): Promise<readonly CommitInfo[]>;
	/** Branches and tags as the last fetch brought them; no network. `notFound` before the first. */
	refs(options?: SignalOption): Promise<Refs>;
	/** Answers questions about its history. */
	readonly history: History;
	/** Streams a file by its oid, for archives: no size limit. */
	stream(oid: string, options?: SignalOption): Promise<NodeJS.ReadableStream>;
	close(): Promise<void>;
}

/** The kind of Repository, `git`. */
export interface RepositoryAdapter {
	/** Prepares the mirror's folder; does not touch the network. */
	open(document: RepositoryDocument, options?: SignalOption): Promise<Origin>;
}
