import { AppError, toAppError } from "../core/app-error.ts";
import type { FileTree, SignalOption, TreeEntry } from "../ports/repository.ts";
import { blobOid, syntheticOid } from "./git-hash.ts";

const defaultLimit = 8 * 1024 * 1024;

/** What stands at a path of the working tree: a file's content, null for a deleted file, or a folder with changes beneath. */
type Node = { readonly content: Buffer | null } | { readonly content: undefined; readonly children: Map<string, Node> };

type Folder = Extract<Node, { readonly content: undefined }>;

function newFolder(): Folder {
	return { content: undefined, children: new Map() };
}

function buildNodes(files: ReadonlyMap<string, Buffer | null>): Folder {
	const root = newFolder();
	// Deleted files first: what replaces them, a folder for a file or a file for a folder, then stands over them.
	for (const [path, content] of [...files].toSorted(([, a], [, b]) => Number(a !== null) - Number(b !== null))) {
		const parts = path.split("/");
		if (parts.some((part) => part === "" || part === "." || part === ".." || part === ".git")) {
			throw new AppError(`${JSON.stringify(path)} is no path of a working tree`, { code: "PathOutsideTree", kind: "invalid" });
		}
		const name = parts.pop() ?? "";
		let folder = root;
		for (const part of parts) {
			let next = folder.children.get(part);
			if (next === undefined || next.content === null) {
				next = newFolder();
				folder.children.set(part, next);
			}
			if (next.content !== undefined) throw new AppError(`${path} stands below a file`, { code: "PathInvalid", kind: "invalid" });
			folder = next;
		}
		folder.children.set(name, { content });
	}
	return root;
}

/** A tree with some files written over it: what it would be were they pushed. Paths that nothing is written over stay as they are. */
export function overlayTree(base: FileTree, files: ReadonlyMap<string, Buffer | null>): FileTree {
	const root = buildNodes(files);
	const find = (path: string): Node | undefined => {
		let node: Node | undefined = root;
		for (const part of path === "" ? [] : path.split("/")) {
			if (node === undefined) return undefined;
			// Nothing of the tree beneath is left below a file of the working tree.
			if (node.content !== undefined) return { content: null };
			node = node.children.get(part);
		}
		return node;
	};

	async function baseList(path: string, options?: SignalOption): Promise<readonly TreeEntry[] | undefined> {
		try {
			return await base.list(path, options);
		} catch (error) {
			if (toAppError(error).kind === "notFound") return undefined;
			throw error;
		}
	}

	async function list(path: string, options?: SignalOption): Promise<readonly TreeEntry[]> {
		const node = find(path);
		if (node === undefined) return base.list(path, options);
		if (node.content !== undefined) throw noFolder(path);
		const below = await baseList(path, options);
		const entries = new Map((below ?? []).map((entry) => [entry.name, entry]));
		for (const [name, each] of node.children) {
			const inner = path === "" ? name : `${path}/${name}`;
			if (each.content === null) entries.delete(name);
			else if (each.content !== undefined) {
				entries.set(name, {
					name,
					type: "file",
					executable: entries.get(name)?.executable ?? false,
					oid: blobOid(each.content),
					size: each.content.length,
				});
			} else {
				const oid = await folderOid(inner, options);
				if (oid === undefined) entries.delete(name);
				else entries.set(name, { name, type: "folder", executable: false, oid });
			}
		}
		if (path !== "" && entries.size === 0) throw noFolder(path);
		return [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
	}

	async function folderOid(path: string, options?: SignalOption): Promise<string | undefined> {
		try {
			const entries = await list(path, options);
			return entries.length === 0 && path !== ""
				? undefined
				: syntheticOid(entries.flatMap((entry) => [entry.name, entry.type, String(entry.executable), entry.oid]));
		} catch (error) {
			if (toAppError(error).kind === "notFound") return undefined;
			throw error;
		}
	}

	function noFolder(path: string): AppError {
		return new AppError(`There is no folder ${path}`, { code: "PathNotFound", kind: "notFound", place: { file: path } });
	}

	return {
		repository: base.repository,
		revision: "working tree",
		list,
		async oid(path, options) {
			const node = find(path);
			if (node === undefined) return base.oid(path, options);
			if (node.content === null) return undefined;
			return node.content === undefined ? folderOid(path, options) : blobOid(node.content);
		},
		async read(path, options) {
			const node = find(path);
			if (node === undefined) return base.read(path, options);
			if (node.content === null || node.content === undefined)
				throw new AppError(`There is no file ${path}`, { code: "PathNotFound", kind: "notFound", place: { file: path } });
			const limit = options?.limit ?? defaultLimit;
			if (node.content.length > limit)
				throw new AppError(`${path} is larger than ${limit} bytes`, { code: "FileTooLarge", kind: "invalid", place: { file: path } });
			return node.content;
		},
	};
}
