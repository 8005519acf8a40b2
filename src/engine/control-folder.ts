import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/app-error.ts";
import type { FileTree } from "../ports/repository.ts";

/** One file of the control documents. */
export interface ControlFile {
	readonly path: string;
	readonly text: string;
}

const maxFiles = 10_000;
const maxBytes = 1024 * 1024;
const maxBytesOfAll = 64 * 1024 * 1024;
const maxDepth = 16;
/** Folders looked into: in Git a few that hold each other's twins make any number. */
const maxFolders = 10_000;

/** Whether a file of a control folder holds documents. */
export function isDocumentFile(name: string): boolean {
	return !name.startsWith(".") && /\.(ya?ml|json)$/u.test(name);
}

/** Whether a folder of a control folder is looked into. */
export function isDocumentFolder(name: string): boolean {
	return !name.startsWith(".") && name !== "node_modules";
}

/** Paths beneath a folder on disk that hold documents, sorted, with what tells that one changed. `notFound`, `denied` or `invalid` where that cannot be told. */
export async function listControlFolder(
	folder: string,
	signal: AbortSignal,
): Promise<readonly { readonly path: string; readonly stamp: string }[]> {
	const found: { path: string; stamp: string }[] = [];
	const budget = createBudget(folder);
	async function walk(relative: string, depth: number): Promise<void> {
		budget.folder(depth);
		signal.throwIfAborted();
		for (const entry of await readdir(join(folder, relative), { withFileTypes: true })) {
			const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
			if (entry.isDirectory() && isDocumentFolder(entry.name)) await walk(path, depth + 1);
			if (!entry.isFile() || !isDocumentFile(entry.name)) continue;
			const { mtimeMs, size, ino } = await stat(join(folder, path));
			budget.file(path, size);
			found.push({ path, stamp: `${mtimeMs}:${size}:${ino}` });
		}
	}
	try {
		await walk("", 0);
	} catch (error) {
		throw translate(error, folder);
	}
	return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The document files beneath a folder of a tree. */
export async function readControlTree(tree: FileTree, folder: string, signal: AbortSignal): Promise<readonly ControlFile[]> {
	const files: ControlFile[] = [];
	const budget = createBudget(folder === "" ? "the control repository" : folder);
	async function walk(at: string, depth: number): Promise<void> {
		budget.folder(depth);
		for (const entry of await tree.list(at, { signal })) {
			const path = at === "" ? entry.name : `${at}/${entry.name}`;
			if (entry.type === "folder" && isDocumentFolder(entry.name)) await walk(path, depth + 1);
			if (entry.type !== "file" || !isDocumentFile(entry.name)) continue;
			const content = await tree.read(path, { signal, limit: maxBytes });
			budget.file(path, content.length);
			files.push({ path, text: content.toString("utf8") });
		}
	}
	await walk(folder, 0);
	return files;
}

/** Counts what is looked at; throws `invalid` where it is too much. */
function createBudget(name: string): { folder(depth: number): void; file(path: string, bytes: number): void } {
	let folders = 0;
	let files = 0;
	let total = 0;
	return {
		folder(depth) {
			folders += 1;
			if (depth > maxDepth) throw limit(`${name} is more than ${maxDepth} folders deep`);
			if (folders > maxFolders) throw limit(`${name} holds more than ${maxFolders} folders`);
		},
		file(path, bytes) {
			files += 1;
			total += bytes;
			if (bytes > maxBytes) throw limit(`${path} is larger than 1 MiB`);
			if (files > maxFiles) throw limit(`${name} holds more than ${maxFiles} document files`);
			if (total > maxBytesOfAll) throw limit(`the document files of ${name} have more than 64 MiB`);
		},
	};
}

/** The content of those files. */
export async function readControlFolder(folder: string, paths: readonly string[], signal: AbortSignal): Promise<readonly ControlFile[]> {
	const files: ControlFile[] = [];
	for (const path of paths) {
		signal.throwIfAborted();
		try {
			const content = await readFile(join(folder, path), { signal });
			if (content.length > maxBytes) throw limit(`${path} is larger than 1 MiB`);
			files.push({ path, text: content.toString("utf8") });
		} catch (error) {
			throw translate(error, join(folder, path));
		}
	}
	return files;
}

function limit(message: string): AppError {
	return new AppError(message, {
		code: "ControlTooLarge",
		kind: "invalid",
		hint: "Point --control at the folder that holds only Gitward's documents.",
	});
}

function translate(error: unknown, path: string): unknown {
	const { code } = error as NodeJS.ErrnoException;
	if (code === "ENOENT" || code === "ENOTDIR") {
		return new AppError(`${path} does not exist`, {
			code: "ControlMissing",
			kind: "notFound",
			hint: "`gitward init FOLDER` writes one to start from.",
			cause: error,
		});
	}
	if (code === "EACCES" || code === "EPERM")
		return new AppError(`${path} may not be read`, { code: "ControlDenied", kind: "denied", cause: error });
	return error;
}
