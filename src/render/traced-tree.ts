import type { TracedInput } from "../ports/rendering.ts";
import type { FileTree, SignalOption, TreeEntry } from "../ports/repository.ts";
import { baseOf, folderOf } from "./paths.ts";

/** Collects what a render reads. */
export interface Trace {
	/** The same tree, with every read noted. */
	wrap(tree: FileTree, ref: string): FileTree;
	/**
	 * Every path that was read, with its content hash, or null where nothing stood there. A path is left out where the hash of a folder
	 * that was listed already tells whether it changed.
	 */
	inputs(): readonly TracedInput[];
}

/** What was seen of one tree. */
interface Seen {
	readonly repository: string;
	readonly ref: string;
	readonly oids: Map<string, string | null>;
	readonly folders: Map<string, ReadonlyMap<string, TreeEntry>>;
}

/** Starts a trace. Reading the same tree through several wrappers is one trace of it. */
export function createTrace(): Trace {
	const all = new Map<string, Seen>();
	return {
		wrap(tree, ref) {
			const id = JSON.stringify([tree.repository, ref]);
			const seen = all.get(id) ?? { repository: tree.repository, ref, oids: new Map(), folders: new Map() };
			all.set(id, seen);
			return traced(tree, seen);
		},
		inputs: () => [...all.values()].flatMap(inputsOf),
	};
}

function traced(tree: FileTree, seen: Seen): FileTree {
	const note = async (path: string, options: SignalOption | undefined): Promise<string | undefined> => {
		const known = seen.oids.get(path) ?? (isCovered(seen, path) ? seen.folders.get(folderOf(path))?.get(baseOf(path))?.oid : undefined);
		if (known !== undefined) return known;
		const oid = await tree.oid(path, options);
		seen.oids.set(path, oid ?? null);
		return oid;
	};
	return {
		repository: tree.repository,
		revision: tree.revision,
		async oid(path, options) {
			options?.signal?.throwIfAborted();
			return note(path, options);
		},
		async list(path, options) {
			options?.signal?.throwIfAborted();
			const oid = await note(path, options);
			const entries = await tree.list(path, options);
			seen.oids.set(path, oid ?? null);
			seen.folders.set(path, new Map(entries.map((entry) => [entry.name, entry])));
			return entries;
		},
		async read(path, options) {
			options?.signal?.throwIfAborted();
			await note(path, options);
			return tree.read(path, options);
		},
	};
}

/**
 * Whether a listed folder's hash covers a path: one directly in it, or reached by listed folders. What a symbolic link leads to is not
 * part of the hash of the folder that holds the link.
 */
function isCovered({ folders }: Seen, path: string): boolean {
	if (path === "") return false;
	const entries = folders.get(folderOf(path));
	return entries !== undefined && entries.get(baseOf(path))?.type !== "link";
}

function inputsOf(seen: Seen): readonly TracedInput[] {
	const { repository, ref, oids } = seen;
	return [...oids].filter(([path]) => !isCovered(seen, path)).map(([path, oid]) => ({ repository, ref, path, oid }));
}
