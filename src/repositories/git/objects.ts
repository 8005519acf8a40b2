import { AppError } from "../../core/app-error.ts";
import { createLru } from "../../lib/lru.ts";
import type { SignalOption } from "../../ports/repository.ts";
import { type GitCommit, parseCommit } from "./commit-object.ts";
import { corruptError, type ObjectReader } from "./object-reader.ts";
import { type GitTree, parseTree } from "./tree-object.ts";

/** Objects of one repository, parsed, the ones used last kept in memory: they never change. */
export interface Objects {
	/** A commit by its hash, or undefined where there is none. An annotated tag's hash gives what it tags. */
	commit(oid: string, options?: SignalOption): Promise<(GitCommit & { readonly oid: string }) | undefined>;
	cachedTree(oid: string): GitTree | undefined;
	tree(oid: string, options?: SignalOption): Promise<GitTree>;
	blob(oid: string, path: string, limit: number, options?: SignalOption): Promise<Buffer>;
	/** Forgets which objects are there, as the repository was replaced. */
	forget(): void;
	/** Target of a symbolic link. */
	link(oid: string, path: string, options?: SignalOption): Promise<string>;
}

/** Entries of folders kept in memory: some 150 bytes each. */
const maxEntries = 150_000;
const maxTreeBytes = 32 * 1024 * 1024;
const maxLinkBytes = 4096;

/** `onCorrupt` hears of objects that should be there and cannot be read. */
export function createObjects(reader: ObjectReader, onCorrupt: () => void): Objects {
	const commits = createLru<GitCommit & { readonly oid: string }>(10_000);
	const trees = createLru<GitTree>(maxEntries);
	const links = createLru<string>(10_000);
	const loading = new Map<string, Promise<GitTree>>();

	/** Content of an object that something refers to; undefined where it is larger than the limit. */
	async function content(
		oid: string,
		type: string,
		limit: number,
		signal?: AbortSignal,
	): Promise<{ readonly bytes: Buffer | undefined; readonly size: number }> {
		try {
			const object = await reader.read(oid, { limit, signal });
			if (object === undefined) throw corruptError(new Error(`${type} ${oid} is missing`));
			if (object.type !== type) throw corruptError(new Error(`${oid} is a ${object.type} and not a ${type}`));
			return { bytes: object.content, size: object.size };
		} catch (error) {
			if (error instanceof AppError && error.code === "RepositoryCorrupt") onCorrupt();
			throw error;
		}
	}

	async function loadTree(oid: string): Promise<GitTree> {
		const { bytes } = await content(oid, "tree", maxTreeBytes);
		if (bytes === undefined)
			throw new AppError("A folder in the repository has too many entries", {
				code: "TreeTooLarge",
				kind: "invalid",
				hint: "Split it into several.",
			});
		const tree = parseTree(bytes, oid.length === 64 ? 32 : 20);
		trees.set(oid, tree, tree.size + 1);
		return tree;
	}

	return {
		async commit(oid, { signal } = {}) {
			const known = commits.get(oid);
			if (known !== undefined) return known;
			const object = await reader.read(`${oid}^{commit}`, { limit: maxTreeBytes, signal });
			const parsed = object?.content === undefined ? undefined : parseCommit(object.content);
			if (object === undefined || parsed === undefined) return undefined;
			const commit = { ...parsed, oid: object.oid };
			commits.set(oid, commit);
			return commit;
		},
		forget() {
			commits.clear();
			trees.clear();
		},
		cachedTree: (oid) => trees.get(oid),
		async tree(oid, { signal } = {}) {
			const known = trees.get(oid);
			if (known !== undefined) return known;
			if (signal?.aborted === true)
				throw new AppError("Reading the repository was cancelled", { code: "Cancelled", kind: "unavailable", cause: signal.reason });
			// Shared by whoever asks, so nobody's signal may end it; it is short.
			let load = loading.get(oid);
			if (load === undefined) {
				load = loadTree(oid).finally(() => loading.delete(oid));
				loading.set(oid, load);
			}
			return load;
		},
		async blob(oid, path, limit, { signal } = {}) {
			const { bytes, size } = await content(oid, "blob", limit, signal);
			if (bytes !== undefined) return bytes;
			throw new AppError(`${path} has ${size} bytes; at most ${limit} can be read here`, {
				code: "FileTooLarge",
				kind: "invalid",
				hint: "Split the file, or let an Archive hold it.",
				place: { file: path },
			});
		},
		async link(oid, path, { signal } = {}) {
			const known = links.get(oid);
			if (known !== undefined) return known;
			const { bytes } = await content(oid, "blob", maxLinkBytes, signal);
			if (bytes === undefined || bytes.includes(0))
				throw new AppError(`${path} leads through a symbolic link whose target is no path`, {
					code: "PathInvalid",
					kind: "invalid",
					place: { file: path },
				});
			const target = bytes.toString("utf8");
			links.set(oid, target);
			return target;
		},
	};
}
