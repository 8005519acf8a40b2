import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError } from "../core/app-error.ts";
import type { FileTree, SignalOption, TreeEntry } from "../ports/repository.ts";
import { syntheticOid } from "./git-hash.ts";

const defaultLimit = 8 * 1024 * 1024;

/**
 * A plain folder on disk as a tree, for offline commands: `.git` is not in it, and symbolic links that lead out are refused. Files are
 * named as git names them; folders, which would cost a look at all beneath, by their time.
 */
export function folderTree(folder: string, repository = "folder"): FileTree {
	const root = resolve(folder);

	/** The real place of a path, with what stands there; throws where it leads out or nothing is there. */
	async function locate(path: string, { signal }: SignalOption): Promise<{ readonly real: string; readonly stats: Stats }> {
		signal?.throwIfAborted();
		const parts = path.split("/");
		if (path.startsWith("/") || path.includes("\0") || parts.includes("..")) throw outside(path);
		if (parts.includes(".git")) throw missing(path);
		try {
			const real = await realpath(join(root, path));
			const inside = relative(await realpath(root), real).split(sep);
			if (inside[0] === "..") throw outside(path);
			if (inside.includes(".git")) throw missing(path);
			return { real, stats: await stat(real) };
		} catch (error) {
			throw translate(error, path);
		}
	}

	async function list(path: string, options: SignalOption = {}): Promise<readonly TreeEntry[]> {
		const { real, stats } = await locate(path, options);
		if (!stats.isDirectory()) throw missing(path, "folder");
		const entries: TreeEntry[] = [];
		const found = await readdir(real, { withFileTypes: true }).catch((error: unknown) => Promise.reject(translate(error, path)));
		for (const entry of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
			options.signal?.throwIfAborted();
			if (entry.name === ".git") continue;
			const inner = path === "" ? entry.name : `${path}/${entry.name}`;
			if (entry.isSymbolicLink()) entries.push({ name: entry.name, type: "link", executable: false, oid: syntheticOid([inner, "link"]) });
			else if (entry.isDirectory() || entry.isFile()) {
				const located = await locate(inner, options);
				const oid = await oidOf(inner, located.real, located.stats, options);
				const isFile = located.stats.isFile();
				entries.push({
					name: entry.name,
					type: isFile ? "file" : "folder",
					executable: isFile && (located.stats.mode & 0o100) !== 0,
					oid,
					...(isFile ? { size: located.stats.size } : {}),
				});
			}
		}
		return entries;
	}

	return {
		repository,
		revision: "working tree",
		list,
		async oid(path, options = {}) {
			try {
				const { real, stats } = await locate(path, options);
				return await oidOf(path, real, stats, options);
			} catch (error) {
				if (error instanceof AppError && error.kind === "notFound") return undefined;
				throw error;
			}
		},
		async read(path, { limit = defaultLimit, ...options } = {}) {
			const { real, stats } = await locate(path, options);
			if (!stats.isFile()) throw missing(path, "file");
			try {
				const handle = await open(real, "r");
				try {
					if (stats.size > limit)
						throw new AppError(`${path} is larger than ${limit} bytes`, { code: "FileTooLarge", kind: "invalid", place: { file: path } });
					return await handle.readFile(options);
				} finally {
					await handle.close();
				}
			} catch (error) {
				throw translate(error, path);
			}
		},
	};

	function missing(path: string, what = "file or folder"): AppError {
		return new AppError(`There is no ${what} ${join(folder, path)}`, { code: "PathNotFound", kind: "notFound", place: { file: path } });
	}

	function outside(path: string): AppError {
		return new AppError(`${path} leads out of ${folder}`, {
			code: "PathOutsideTree",
			kind: "invalid",
			place: { file: path },
			hint: "Only what stands in the folder itself can be read; symbolic links must stay inside.",
		});
	}

	function translate(error: unknown, path: string): unknown {
		const { code } = error as NodeJS.ErrnoException;
		if (error instanceof AppError) return error;
		if (code === "ENOENT" || code === "ENOTDIR") return missing(path);
		if (code === "ELOOP" || code === "ENAMETOOLONG")
			return new AppError(`${path} leads through symbolic links that go round in a circle`, {
				code: "LinkLoop",
				kind: "invalid",
				place: { file: path },
			});
		if (code === "EACCES" || code === "EPERM")
			return new AppError(`${join(folder, path)} may not be read`, {
				code: "PathDenied",
				kind: "denied",
				place: { file: path },
				cause: error,
			});
		return error;
	}
}

async function oidOf(path: string, real: string, stats: Stats, { signal }: SignalOption): Promise<string> {
	if (!stats.isFile()) return syntheticOid([path, String(stats.mtimeMs)]);
	const hash = createHash("sha1").update(`blob ${stats.size}\0`);
	await pipeline(createReadStream(real), hash, signal === undefined ? {} : { signal });
	return hash.digest("hex");
}
