import { AppError, toAppError } from "../core/app-error.ts";
import type { FileTree, SignalOption, TreeEntry } from "../ports/repository.ts";
import { blobOid, syntheticOid } from "./git-hash.ts";

interface Node {
	/** Content, null for a deleted file; undefined for a folder. */
	readonly content: Buffer | null | undefined;
	readonly children: Map<string, Node>;
}

function buildNodes(files: ReadonlyMap<string, Buffer | null>): Node {
	const root: Node = { content: undefined, children: new Map() };
	for (const [path, content] of files) {
		const parts = path.split("/");
		if (parts.some((part) => part === "" || part === "." || part === ".." || part === ".git")) {
			throw new AppError(`${JSON.stringify(path)} is no path of a working tree`, { code: "PathOutsideTree", kind: "invalid" });
		}
		let node = root;
		for (const [index, part] of parts.entries()) {
			const isLast = index === parts.length - 1;
			let next = node.children.get(part);
			if (next === undefined || (isLast && next.content === null)) {
				next = { content: isLast ? content : undefined, children: new Map() };
				node.children.set(part, next);
			}
			node = next;
		}
	}
	return root;
}

/** A tree with some files written over it: what it would be were they pushed. Paths that nothing is written over stay as they are. */
export function overlayTree(base: FileTree, files: ReadonlyMap<string, Buffer | null>): FileTree {
	const root = buildNodes(files);
	const find = (path: string): Node | undefined => {
		let node: Node | undefined = root;
		for (const part of path === "" ? [] : path.split("/")) node = node?.children.get(part);
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
		const below = await baseList(path, options);
		const entries = new Map((below ?? []).map((entry) => [entry.name, entry]));
		for (const [name, each] of node.children) {
			const inner = path === "" ? name : `${path}/${name}`;
			if (each.content === null) entries.delete(name);
			else if (each.content !== undefined) {
				entries.set(name, { name, type: "file", executable: entries.get(name)?.executable ?? false, oid: blobOid(each.content), size: each.content.length });
			} else {
				const oid = await folderOid(inner, options);
				if (oid === undefined) entries.delete(name);
				else entries.set(name, { name, type: "folder", executable: false, oid });
			}
		}
		if (node.content !== undefined || (below === undefined && entries.size === 0)) {
			throw new AppError(`there is no folder ${path}`, { code: "PathMissing", kind: "notFound" });
		}
		return [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
	}

	async function folderOid(path: string, options?: SignalOption): Promise<string | undefined> {
		try {
			const entries = await list(path, options);
			return entries.length === 0 && path !== "" ? undefined : syntheticOid(entries.flatMap((entry) => [entry.name, entry.type, String(entry.executable), entry.oid]));
		} catch (error) {
			if (toAppError(error).kind === "notFound") return undefined;
			throw error;
		}
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
			if (node === undefined || (node.content === undefined && node.children.size === 0)) return base.read(path, options);
			if (node.content === null || node.content === undefined) throw new AppError(`there is no file ${path}`, { code: "PathMissing", kind: "notFound" });
			if (node.content.length > (options?.limit ?? 8 * 1024 * 1024)) throw new AppError(`${path} is too large`, { code: "FileTooLarge", kind: "invalid" });
			return node.content;
		},
	};
}
