import { AppError } from "../../core/app-error.ts";
import type { Revision } from "../../core/revision.ts";
import type { FileTree, SignalOption, TreeEntry } from "../../ports/repository.ts";
import type { GitEntry, GitTree } from "./tree-object.ts";

/** How a FileTree gets at what it needs; all of it cached by the Origin. */
export interface TreeSource {
	/** A tree that is at hand, without waiting. */
	cachedTree(oid: string): GitTree | undefined;
	tree(oid: string, options: SignalOption): Promise<GitTree>;
	blob(oid: string, path: string, limit: number, options: SignalOption): Promise<Buffer>;
	/** Target of a symbolic link. */
	link(oid: string, path: string, options: SignalOption): Promise<string>;
	/** Root folder of a submodule's commit. */
	submodule(commit: string, path: string, options: SignalOption): Promise<string>;
	/** Whether submodules are read as folders. */
	readonly hasSubmodules: boolean;
}

interface Found {
	readonly type: "file" | "folder" | "submodule";
	readonly oid: string;
}

/** As Linux: more links on one way are taken for a loop. */
const maxLinks = 40;
const defaultLimit = 8 * 1024 * 1024;

/** The files beneath one root folder. */
export function createFileTree(source: TreeSource, repository: string, revision: Revision, root: string): FileTree {
	/** Follows a path from the root, with symbolic links, or gives undefined where nothing stands there. */
	async function find(path: string, options: SignalOption): Promise<Found | undefined> {
		const folders = [root];
		const parts = path === "" ? [] : checkedParts(path);
		let links = 0;
		while (parts.length > 0) {
			const part = parts.shift() ?? "";
			if (part === "" || part === ".") continue;
			if (part === "..") {
				folders.pop();
				if (folders.length === 0) throw outside(path);
				continue;
			}
			const folder = folders.at(-1) ?? root;
			const entry = (source.cachedTree(folder) ?? (await source.tree(folder, options))).get(part);
			if (entry === undefined) return undefined;
			if (entry.type === "link") {
				links += 1;
				if (links > maxLinks)
					throw new AppError(`${path} leads through symbolic links that go round in a circle`, {
						code: "LinkLoop",
						kind: "invalid",
						place: { file: path },
					});
				const target = await source.link(entry.oid, path, options);
				if (target.startsWith("/")) throw outside(path);
				parts.unshift(...target.split("/"));
			} else if (entry.type === "folder") folders.push(entry.oid);
			else if (entry.type === "submodule" && source.hasSubmodules) folders.push(await source.submodule(entry.oid, path, options));
			else return parts.length === 0 ? { type: entry.type, oid: entry.oid } : undefined;
		}
		return { type: "folder", oid: folders.at(-1) ?? root };
	}

	function listed(name: string, entry: GitEntry): TreeEntry {
		const type = entry.type === "submodule" && source.hasSubmodules ? "folder" : entry.type;
		return { name, type, executable: entry.executable, oid: entry.oid };
	}

	return {
		repository,
		revision,
		async oid(path, options = {}) {
			return (await find(path, options))?.oid;
		},
		async list(path, options = {}) {
			const found = await find(path, options);
			if (found?.type !== "folder")
				throw missing(repository, path, found === undefined ? "there is no such folder" : `it is a ${found.type}, not a folder`);
			const tree = source.cachedTree(found.oid) ?? (await source.tree(found.oid, options));
			return [...tree].map(([name, entry]) => listed(name, entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
		},
		async read(path, { limit = defaultLimit, ...options } = {}) {
			const found = await find(path, options);
			if (found?.type !== "file")
				throw missing(repository, path, found === undefined ? "there is no such file" : `it is a ${found.type}, not a file`);
			return source.blob(found.oid, path, limit, options);
		},
	};
}

/** Parts of a path that a caller gave: relative, without `.`, `..` and empty parts. */
function checkedParts(path: string): string[] {
	const parts = path.split("/");
	if (path.startsWith("/") || parts.includes("..")) throw outside(path);
	if (path.length > 4096 || parts.includes("") || parts.includes(".") || path.includes("\0")) {
		throw new AppError(`${JSON.stringify(path.slice(0, 200))} is not a path in a repository`, {
			code: "PathInvalid",
			kind: "invalid",
			hint: "Write it relative to the root, with / between the parts, without . and empty parts.",
		});
	}
	return parts;
}

function outside(path: string): AppError {
	return new AppError(`${JSON.stringify(path.slice(0, 200))} leads out of the repository`, {
		code: "PathOutsideTree",
		kind: "invalid",
		hint: "Only what the repository itself holds can be read; put a copy of the file there.",
		place: { file: path },
	});
}

function missing(repository: string, path: string, why: string): AppError {
	return new AppError(`${path === "" ? "The root" : path} of Repository ${repository}: ${why}`, {
		code: "PathNotFound",
		kind: "notFound",
		place: { file: path },
	});
}
