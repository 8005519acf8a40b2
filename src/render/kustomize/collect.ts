import { AppError, toAppError } from "../../core/app-error.ts";
import type { FileTree, SignalOption } from "../../ports/repository.ts";
import { invalidAt } from "../located.ts";
import { baseOf, joinPath } from "../paths.ts";
import { readText } from "../plain/text.ts";
import { kustomizationNames, type Reference, readKustomization, readPluginConfig } from "./kustomization.ts";

const maxFiles = 10_000;
const maxBytes = 64 * 1024 * 1024;
const maxFolders = 1000;
/** Where files from beside a kustomization's folder are put below it. */
export const beside = ".beside";

/** The kustomization file of a folder, or undefined where it has none. Throws `invalid` where there are several. */
export async function kustomizationOf(tree: FileTree, folder: string, options: SignalOption): Promise<string | undefined> {
	const found: string[] = [];
	for (const name of kustomizationNames) {
		const path = inFolder(folder, name);
		if ((await tree.oid(path, options)) !== undefined) found.push(path);
	}
	if (found.length > 1)
		throw new AppError(`${folder || "The root"} has several kustomizations: ${found.join(", ")}`, {
			code: "KustomizationTwice",
			kind: "invalid",
			place: { file: found[1] ?? folder },
			hint: "Keep one of them.",
		});
	return found[0];
}

export interface CollectOptions extends SignalOption {
	/** Whether kustomize is asked to note at each Object which file it came from. */
	readonly origins?: boolean;
}

/**
 * Everything that kustomize reads to build a folder, by path in the tree: the folder's kustomization, and what it names, and so on.
 * Kustomizations are written anew from what was understood of them, as `kustomization.yaml`. Throws `invalid` with the place where
 * something named is missing, stands outside the tree, or is an address.
 */
export async function collectFiles(tree: FileTree, root: string, options: CollectOptions): Promise<ReadonlyMap<string, Buffer | string>> {
	const files = new Map<string, Buffer | string>();
	const folders = new Set<string>();
	let bytes = 0;

	function add(path: string, content: Buffer | string): void {
		bytes += content.length;
		files.set(path, content);
		if (files.size <= maxFiles && bytes <= maxBytes && folders.size <= maxFolders) return;
		throw new AppError(`${root} builds on more than ${maxFiles} files, ${maxFolders} folders or 64 MiB`, {
			code: "TooMuch",
			kind: "invalid",
			hint: "Split it into several Applications.",
		});
	}

	/** `base`: the kustomization is a list of plugins for that folder, to which their paths are relative. */
	async function addFolder(folder: string, file: string, base?: string): Promise<void> {
		if (folders.has(folder)) return;
		folders.add(folder);
		const { text, references } = readKustomization(file, await readText(tree, file, options), options.origins === true);
		await Promise.all(references.map((reference, index) => addReference(folder, file, reference, index, base)));
		add(inFolder(folder, "kustomization.yaml"), text());
	}

	async function addReference(folder: string, file: string, reference: Reference, index: number, base?: string): Promise<void> {
		const { type, place, move } = reference;
		const path = pathOf(folder, file, reference);
		const content = type === "folder" ? undefined : await fileAt(path);
		if (content !== undefined) {
			const isPlugin = type === "plugin" || (type === "any" && base !== undefined);
			const kept = isPlugin ? await pluginText(base ?? folder, path) : content;
			add(path, kept);
			// kustomize reads no file beside a kustomization's own folder: what stands there is put below it.
			if (move === undefined || folder === "" || path.startsWith(`${folder}/`)) return;
			const moved = `${beside}/${index}/${baseOf(path)}`;
			add(inFolder(folder, moved), kept);
			move(moved);
			return;
		}
		const inner = type === "file" ? undefined : await kustomizationOf(tree, path, options);
		if (inner !== undefined) return addFolder(path, inner, type === "plugin" ? folder : base);
		if ((await tree.oid(path, options)) === undefined)
			throw invalidAt(place(), `names ${path}, which does not exist`, "PathMissing", "Correct the path, or push what it names.");
		throw invalidAt(
			place(),
			type === "file" ? `names ${path}, which is no file` : `names ${path}, which is no folder with a kustomization.yaml`,
			"KustomizationMissing",
		);
	}

	/** The content of a file, or undefined where none stands at the path. */
	async function fileAt(path: string): Promise<Buffer | undefined> {
		if (path === "" || folders.has(path) || (await tree.oid(path, options)) === undefined) return undefined;
		try {
			return await tree.read(path, options);
		} catch (error) {
			if (toAppError(error).kind === "notFound") return undefined;
			throw error;
		}
	}

	async function pluginText(folder: string, path: string): Promise<string> {
		const { text, references } = readPluginConfig(path, await readText(tree, path, options));
		await Promise.all(references.map((reference, index) => addReference(folder, path, reference, index)));
		return text();
	}

	const file = await kustomizationOf(tree, root, options);
	if (file === undefined)
		throw new AppError(`${root} has no kustomization.yaml`, { code: "KustomizationMissing", kind: "notFound", place: { file: root } });
	await addFolder(root, file);
	return files;
}

function inFolder(folder: string, name: string): string {
	return folder === "" ? name : `${folder}/${name}`;
}

function pathOf(folder: string, file: string, { path, place }: Reference): string {
	if (isAddress(path))
		throw invalidAt(
			place(),
			`names ${JSON.stringify(path)}, which is an address: a render reads nothing but files of the Repository`,
			"RemoteBase",
			"Copy it into this Repository.",
		);
	try {
		return joinPath(folder, path, file);
	} catch (error) {
		throw error instanceof AppError
			? invalidAt(place(), `leads out of the Repository: ${JSON.stringify(path)}`, error.code, error.hint)
			: error;
	}
}

/** As kustomize tells addresses from paths: a scheme, `git@`, the name of a known host, or a query. */
function isAddress(path: string): boolean {
	return (
		/^[A-Za-z][-+.A-Za-z0-9]*:/u.test(path) ||
		/^[^/]*@[^/]*:/u.test(path) ||
		path.includes("?ref=") ||
		/^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]/iu.test(path)
	);
}
