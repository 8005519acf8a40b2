import type { TracedInput } from "../ports/rendering.ts";
import type { FileTree } from "../ports/repository.ts";

/** Collects what a render reads, each path once. */
export interface Trace {
	/** The same tree, with every read noted. */
	wrap(tree: FileTree, ref: string): FileTree;
	inputs(): readonly TracedInput[];
}

/** Starts a trace; a file or folder is noted by its content hash, an absent one as null. */
export function createTrace(): Trace {
	const inputs = new Map<string, TracedInput>();
	return {
		wrap(tree, ref) {
			const note = async (path: string): Promise<string | undefined> => {
				const key = JSON.stringify([tree.repository, ref, path]);
				const known = inputs.get(key);
				if (known !== undefined) return known.oid ?? undefined;
				const oid = await tree.oid(path);
				inputs.set(key, { repository: tree.repository, ref, path, oid: oid ?? null });
				return oid;
			};
			return {
				repository: tree.repository,
				revision: tree.revision,
				async oid(path, options) {
					options?.signal?.throwIfAborted();
					return note(path);
				},
				async list(path, options) {
					await note(path);
					return tree.list(path, options);
				},
				async read(path, options) {
					await note(path);
					return tree.read(path, options);
				},
			};
		},
		inputs: () => [...inputs.values()],
	};
}
