import { isUtf8 } from "node:buffer";
import { AppError } from "../../core/app-error.ts";
import type { DesiredObject } from "../../core/object.ts";
import type { RenderInput } from "../../ports/renderer.ts";
import type { FileTree, TreeEntry } from "../../ports/repository.ts";
import { invalidAt, type LocatedObject } from "../located.ts";
import { folderOf, joinPath } from "../paths.ts";
import { weightOf } from "../weight.ts";

const group = "host.gitward.dev/";
const maxContent = 1024 * 1024;
const maxFiles = 10_000;
const maxTotal = 64 * 1024 * 1024;
const maxFolders = 64;

interface Source {
	readonly tree: FileTree;
	readonly path: string;
}

/** What a render may still take in. */
interface Budget {
	/** Counts Objects or folder entries with their size; throws `invalid` where it is too much. */
	take(bytes: number, objects?: number): void;
}

function createBudget(path: string): Budget {
	let objects = 0;
	let total = 0;
	return {
		take(bytes, more = 1) {
			objects += more;
			total += bytes;
			if (total <= maxTotal && objects <= maxFiles) return;
			throw new AppError(`${path} renders to more than ${maxFiles} Objects or 64 MiB`, {
				code: "TooMuch",
				kind: "invalid",
				hint: "Use an Archive, or several Applications.",
			});
		},
	};
}

/** Puts in place of each `source` of a host Object what it names: content, the files of a folder, or the name of a blob. */
export async function resolveSources(objects: readonly LocatedObject[], input: RenderInput): Promise<readonly LocatedObject[]> {
	const result: LocatedObject[] = [];
	const budget = createBudget(input.path);
	for (const located of objects) {
		input.signal?.throwIfAborted();
		result.push(...(await resolveOne(located, input, budget)));
	}
	return result;
}

function specOf(object: DesiredObject): Readonly<Record<string, unknown>> {
	return typeof object.spec === "object" && object.spec !== null ? (object.spec as Readonly<Record<string, unknown>>) : {};
}

async function resolveOne(located: LocatedObject, input: RenderInput, budget: Budget): Promise<readonly LocatedObject[]> {
	const { object } = located;
	const { source, ...spec } = specOf(object);
	budget.take(weightOf(object, maxTotal));
	if (source === undefined || !object.apiVersion.startsWith(group) || !["File", "Directory", "Archive"].includes(object.kind)) {
		if (spec.blob !== undefined && object.apiVersion.startsWith(group))
			throw invalidAt(
				located.place(["spec", "blob"]),
				"names content past what the Application may read: only the render writes it",
				"SourceInvalid",
				"Name the archive in spec.source.",
			);
		return [located];
	}
	const found = await findSource(source, located, input);
	if (object.kind === "Directory") return expandDirectory(located, spec, found, input, budget);
	const entry = await entryOf(found, located, input);
	if (object.kind === "Archive")
		return [
			{
				...located,
				object: { ...object, spec: { ...spec, blob: `git/${found.tree.repository}/${entry.oid}`, ...formatOf(spec, found.path) } },
			},
		];
	return [
		{
			...located,
			object: { ...object, spec: { ...modeOf(spec, entry), ...(await contentOf(found.tree, found.path, located, input, budget)) } },
		},
	];
}

async function findSource(source: unknown, located: LocatedObject, input: RenderInput): Promise<Source> {
	const at = (key: string): ReturnType<LocatedObject["place"]> => located.place(["spec", "source", ...(key === "" ? [] : [key])]);
	if (typeof source === "string") return { tree: input.tree, path: joinPath(folderOf(located.file), source, located.file) };
	if (typeof source !== "object" || source === null)
		throw invalidAt(at(""), "is neither a path nor a map of repository, ref and path", "SourceInvalid");
	const { repository, ref, path, ...rest } = source as Readonly<Record<string, unknown>>;
	const unknown = Object.keys(rest)[0];
	if (unknown !== undefined) throw invalidAt(at(unknown), "is not known here", "SourceInvalid", "Known here: repository, ref, path.");
	if (typeof path !== "string" || path === "")
		throw invalidAt(at("path"), "is missing: a path in the Repository is expected", "SourceInvalid");
	if (repository !== undefined && typeof repository !== "string") throw invalidAt(at("repository"), "is no text", "SourceInvalid");
	if (ref !== undefined && typeof ref !== "string") throw invalidAt(at("ref"), "is no text", "SourceInvalid", "Put it in quotes.");
	const isOwn = ref === undefined && (repository === undefined || repository === input.tree.repository);
	const tree = isOwn
		? input.tree
		: await input.other(repository ?? input.tree.repository, ref ?? "", input.signal === undefined ? {} : { signal: input.signal });
	return { tree, path: joinPath("", path, located.file) };
}

async function entryOf({ tree, path }: Source, located: LocatedObject, input: RenderInput): Promise<TreeEntry> {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const options = input.signal === undefined ? {} : { signal: input.signal };
	const oid = path === "" ? undefined : await tree.oid(path, options);
	const entry = oid === undefined ? undefined : (await tree.list(folderOf(path), options)).find((each) => each.name === name);
	if (entry === undefined || oid === undefined) {
		throw invalidAt(
			located.place(["spec", "source"]),
			`names ${path}, which does not exist in ${tree.repository} at ${tree.revision}`,
			"SourceMissing",
		);
	}
	if (entry.type === "folder" || entry.type === "submodule") {
		throw invalidAt(
			located.place(["spec", "source"]),
			`names ${path}, which is a folder, but a file is expected`,
			"SourceInvalid",
			"A Directory takes a folder as its source.",
		);
	}
	return { ...entry, oid };
}

async function contentOf(
	tree: FileTree,
	path: string,
	located: LocatedObject,
	input: RenderInput,
	budget: Budget,
): Promise<{ readonly content: string } | { readonly contentBase64: string }> {
	let bytes: Buffer;
	try {
		bytes = await tree.read(path, { limit: maxContent, ...(input.signal === undefined ? {} : { signal: input.signal }) });
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		if (error.kind === "notFound")
			throw invalidAt(
				located.place(["spec", "source"]),
				`names ${path}, which is no file in ${tree.repository} at ${tree.revision}`,
				"SourceMissing",
			);
		if (error.code !== "FileTooLarge") throw error;
		throw invalidAt(
			located.place(["spec", "source"]),
			`names ${path}, which is larger than 1 MiB`,
			"FileTooLarge",
			"Use an Archive for large content.",
		);
	}
	budget.take(bytes.length, 0);
	return isUtf8(bytes) && !bytes.includes(0) ? { content: bytes.toString("utf8") } : { contentBase64: bytes.toString("base64") };
}

function modeOf(spec: Readonly<Record<string, unknown>>, entry: TreeEntry): Readonly<Record<string, unknown>> {
	return spec.mode === undefined && entry.executable ? { ...spec, mode: "0755" } : spec;
}

function formatOf(spec: Readonly<Record<string, unknown>>, path: string): { readonly format?: string } {
	if (spec.format !== undefined) return {};
	if (/\.(?:tar\.gz|tgz)$/u.test(path)) return { format: "tar.gz" };
	if (path.endsWith(".tar")) return { format: "tar" };
	return path.endsWith(".zip") ? { format: "zip" } : {};
}

/** A folder in Git as the Directory itself and a File of each file beneath it. */
async function expandDirectory(
	located: LocatedObject,
	spec: Readonly<Record<string, unknown>>,
	{ tree, path }: Source,
	input: RenderInput,
	budget: Budget,
): Promise<readonly LocatedObject[]> {
	const { object } = located;
	const options = input.signal === undefined ? {} : { signal: input.signal };
	const root = typeof spec.path === "string" ? spec.path : object.metadata.name;
	const result: LocatedObject[] = [{ ...located, object: { ...object, spec } }];
	const metadataWeight = weightOf(object.metadata, maxTotal);

	async function walk(folder: string, relative: string, depth: number): Promise<void> {
		if (depth > maxFolders) throw invalidAt(located.place(["spec", "source"]), `is more than ${maxFolders} folders deep`, "TooDeep");
		for (const entry of await tree.list(folder, options)) {
			input.signal?.throwIfAborted();
			const from = folder === "" ? entry.name : `${folder}/${entry.name}`;
			const inner = relative === "" ? entry.name : `${relative}/${entry.name}`;
			const isFolder = entry.type === "folder" || entry.type === "submodule" || (entry.type === "link" && (await isLinkedFolder(from)));
			if (isFolder) {
				budget.take(0);
				await walk(from, inner, depth + 1);
				continue;
			}
			budget.take(metadataWeight);
			const content = await contentOf(tree, from, located, input, budget);
			const file: DesiredObject = {
				apiVersion: object.apiVersion,
				kind: "File",
				metadata: { ...object.metadata, name: `${object.metadata.name}/${inner}` },
				spec: { path: `${root}/${inner}`, ...content, ...(entry.executable ? { mode: "0755" } : {}) },
			};
			result.push({ ...located, object: file });
		}
	}

	async function isLinkedFolder(from: string): Promise<boolean> {
		try {
			await tree.list(from, options);
			return true;
		} catch (error) {
			if (error instanceof AppError && error.kind === "notFound") return false;
			throw error;
		}
	}

	try {
		await walk(path, "", 0);
	} catch (error) {
		if (!(error instanceof AppError) || error.kind !== "notFound") throw error;
		throw invalidAt(
			located.place(["spec", "source"]),
			`names ${path}, which is no folder in ${tree.repository} at ${tree.revision}`,
			"SourceMissing",
		);
	}
	return result;
}
