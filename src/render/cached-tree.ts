import type { Lru } from "../lib/lru.ts";
import type { FileTree } from "../ports/repository.ts";

const maxFile = 256 * 1024;

/** A tree whose small files are read once for all who share the memory: content is known by its hash, so it is never old. */
export function cachedTree(tree: FileTree, contents: Lru<Buffer>): FileTree {
	return {
		...tree,
		async read(path, options) {
			const oid = await tree.oid(path, options);
			const known = oid === undefined ? undefined : contents.get(oid);
			if (known !== undefined && known.length <= (options?.limit ?? maxFile)) return known;
			const content = await tree.read(path, options);
			if (oid !== undefined && content.length <= maxFile) contents.set(oid, content, content.length);
			return content;
		},
	};
}
