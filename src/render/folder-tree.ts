import { lstat, open, readdir, realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { AppError } from "../core/app-error.ts";
import type { FileTree, TreeEntry } from "../ports/repository.ts";
import { blobOid, syntheticOid } from "./git-hash.ts";

const defaultLimit = 8 * 1024 * 1024;

/** A plain folder on disk as a tree, for offline commands: `.git` is not in it, and symbolic links that lead out are refused. */
export function folderTree(folder: string, repository = "folder"): FileTree {
	const root = resolve(folder);

	function missing(path: string): AppError {
		return new AppError(`${path === "" ? folder : path} does not exist`, { code: "PathMissing", kind: "notFound" });
	}

	/** The real place of a path; throws where it leads out. */
	async function locate(path: string): Promise<string> {
		try {
			const real = await realpath(join(root, path));
			const inside = relative(await realpath(root), real);
			if (inside === ".." || inside.startsWith(`..${sep}`)) {
				throw new AppError(`${path} leads out of ${folder}`, { code: "PathOutsideTree", kind: "invalid", hint: "Symbolic links must stay inside." });
			}
			return real;
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") throw missing(path);
			throw error;
		}
	}

	async function read(path: string, limit: number): Promise<Buffer> {
		const real = await locate(path);
		const handle = await open(real, "r");
		try {
			const stats = await handle.stat();
			if (!stats.isFile()) throw missing(path);
			if (stats.size > limit) throw new AppError(`${path} is larger than ${limit} bytes`, { code: "FileTooLarge", kind: "invalid", place: { file: path } });
			return await handle.readFile();
		} finally {
			await handle.close();
		}
	}

	async function list(path: string): Promise<readonly TreeEntry[]> {
		const real = await locate(path);
		if (!(await lstat(real)).isDirectory()) throw missing(path);
		const entries: TreeEntry[] = [];
		for (const entry of (await readdir(real, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
			if (entry.name === ".git") continue;
			const inner = path === "" ? entry.name : `${path}/${entry.name}`;
			const type = entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? "link" : entry.isFile() ? "file" : undefined;
			if (type === undefined) continue;
			const stats = await lstat(join(real, entry.name));
			const oid = type === "file" ? blobOid(await read(inner, 64 * 1024 * 1024)) : syntheticOid([inner, String(stats.mtimeMs)]);
			entries.push({ name: entry.name, type, executable: type === "file" && (stats.mode & 0o100) !== 0, oid, ...(type === "file" ? { size: stats.size } : {}) });
		}
		return entries;
	}

	return {
		repository,
		revision: "working tree",
		async oid(path) {
			try {
				const real = await locate(path);
				const stats = await lstat(real);
				return stats.isDirectory() ? syntheticOid([path, String(stats.mtimeMs)]) : blobOid(await read(path, 64 * 1024 * 1024));
			} catch (error) {
				if (error instanceof AppError && error.kind === "notFound") return undefined;
				throw error;
			}
		},
		list,
		read: (path, options) => read(path, options?.limit ?? defaultLimit),
	};
}
