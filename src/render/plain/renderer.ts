import { AppError, toAppError } from "../../core/app-error.ts";
import type { DesiredObject } from "../../core/object.ts";
import type { ExpressionRunner } from "../../lib/cel/expression-runner.ts";
import type { RenderInput } from "../../ports/renderer.ts";
import type { TreeEntry } from "../../ports/repository.ts";
import { invalidAt, type LocatedObject } from "../located.ts";
import { baseOf, folderOf, joinPath } from "../paths.ts";
import { createTemplate, type Template } from "../template/template.ts";
import { dialectOf, type Manifest, readManifests } from "./manifests.ts";
import { looksLikeObject, toObjects } from "./objects.ts";
import { applyPatches, type OverlayDocument, readOverlay } from "./overlay.ts";
import { readText } from "./text.ts";
import { mergeValues, type Values } from "./values.ts";

const overlayFile = "overlay.yaml";
const maxBases = 10;
const maxObjects = 10_000;
const maxBytes = 64 * 1024 * 1024;
const maxFolders = 64;
const maxEntries = 100_000;
/** Most that is read of files that are no manifests, but may be content: to find out what is wrong with one takes long. */
const maxDoubtfulBytes = 8 * 1024 * 1024;

/** What a folder gave: its Objects, and files that could not be read as manifests but may be content that a `source` names. */
interface FolderResult {
	readonly objects: readonly LocatedObject[];
	readonly doubtful: readonly { readonly file: string; readonly error: unknown }[];
}

function isManifestFile(name: string): boolean {
	return !name.startsWith(".") && /\.(ya?ml|json)$/u.test(name);
}

/**
 * Renders plain YAML and JSON, with overlays and templates. Of a folder every file that ends with .yaml, .yml or .json is read, also in
 * folders beneath, in order of their names, but nothing whose name starts with a dot. A file that a `source` or `valuesFrom` names is
 * content and no manifest. Any other YAML document that is no Object is an error; a JSON file that is none is passed over, as
 * package.json and its like stand everywhere.
 */
export async function renderPlain(input: RenderInput, runner: ExpressionRunner): Promise<readonly LocatedObject[]> {
	const { tree, signal } = input;
	const options = signal === undefined ? {} : { signal };
	const dialect = dialectOf(input.target);
	let bytes = 0;
	let entries = 0;
	let doubtfulBytes = 0;

	const templateOf = (values: Values): Template =>
		createTemplate({ values, application: input.application, environment: input.environment }, runner);

	async function read(path: string): Promise<string> {
		const text = await readText(tree, path, options);
		bytes += text.length;
		if (bytes > maxBytes) throw tooMuch(path);
		return text;
	}

	async function renderFile(path: string, template: Template | undefined): Promise<readonly LocatedObject[]> {
		const located: LocatedObject[] = [];
		for (const manifest of readManifests(path, await read(path), dialect)) {
			if (!looksLikeObject(manifest.value)) {
				if (path.endsWith(".json")) continue;
				throw invalidAt(
					manifest.place([]),
					"is no Object: apiVersion and kind are missing",
					"ManifestInvalid",
					"Move files that are no manifests out of this path, or name them in a `source` or in `valuesFrom`.",
				);
			}
			located.push(...toObjects(manifest, template === undefined ? manifest.value : await template(manifest, options)));
			if (located.length > maxObjects) throw tooMuch(path);
		}
		return located;
	}

	async function renderFolder(
		folder: string,
		template: Template | undefined,
		skip: ReadonlySet<string>,
		depth: number,
	): Promise<FolderResult> {
		if (depth > maxFolders)
			throw new AppError(`${folder} is more than ${maxFolders} folders deep`, {
				code: "TooDeep",
				kind: "invalid",
				place: { file: folder },
			});
		const objects: LocatedObject[] = [];
		const doubtful: { file: string; error: unknown }[] = [];
		for (const entry of await tree.list(folder, options)) {
			signal?.throwIfAborted();
			entries += 1;
			if (entries > maxEntries) throw tooMuch(folder);
			const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (entry.name.startsWith(".") || skip.has(path)) continue;
			const type = entry.type === "link" ? await linkedType(path) : entry.type;
			if (type === "folder") {
				const inner = await renderFolder(path, template, skip, depth + 1);
				objects.push(...inner.objects);
				doubtful.push(...inner.doubtful);
			} else if (type === "file" && isManifestFile(entry.name)) {
				const before = bytes;
				try {
					objects.push(...(await renderFile(path, template)));
				} catch (error) {
					if (toAppError(error).kind !== "invalid" || toAppError(error).code === "TooMuch") throw error;
					doubtfulBytes += bytes - before;
					if (doubtfulBytes > maxDoubtfulBytes) throw error;
					doubtful.push({ file: path, error });
				}
			}
			if (objects.length > maxObjects) throw tooMuch(folder);
		}
		return { objects, doubtful };
	}

	/** What a symbolic link leads to; one that leads out of the tree is the tree's error. */
	async function linkedType(path: string): Promise<TreeEntry["type"]> {
		return (await isFolder(path)) ? "folder" : "file";
	}

	async function isFolder(path: string): Promise<boolean> {
		try {
			await tree.list(path, options);
			return true;
		} catch (error) {
			if (toAppError(error).kind === "notFound") return false;
			throw error;
		}
	}

	async function valuesOf(folder: string, { spec }: OverlayDocument, over: Values): Promise<Values> {
		let values: Values = {};
		for (const file of spec.valuesFrom) {
			const path = joinPath(folder, file, overlayOf(folder));
			for (const manifest of readManifests(path, await read(path), dialect)) {
				if (typeof manifest.value !== "object" || manifest.value === null || Array.isArray(manifest.value)) {
					throw invalidAt(manifest.place([]), "is no map of values", "ValuesInvalid");
				}
				values = mergeValues(values, manifest.value as Values);
			}
		}
		return mergeValues(mergeValues(values, spec.values), over);
	}

	async function renderPath(path: string, values: Values, isTemplate: boolean, above: readonly string[]): Promise<FolderResult> {
		if (above.includes(path))
			throw new AppError(`${overlayOf(path)}: bases go in a circle: ${[...above, path].map((each) => each || ".").join(" → ")}`, {
				code: "BaseCycle",
				kind: "invalid",
				place: { file: overlayOf(path) },
			});
		if (above.length > maxBases)
			throw new AppError(`${overlayOf(path)}: more than ${maxBases} bases build on each other`, {
				code: "TooManyBases",
				kind: "invalid",
				place: { file: overlayOf(path) },
			});
		const overlayPath = overlayOf(path);
		if ((await tree.oid(overlayPath, options)) === undefined)
			return renderFolder(path, isTemplate ? templateOf(values) : undefined, new Set(), 0);
		const manifests = readManifests(overlayPath, await read(overlayPath), dialect);
		const overlay = readOverlay(manifests);
		const [manifest] = manifests;
		if (overlay === undefined || manifest === undefined) return renderFolder(path, templateOf(values), new Set([overlayPath]), 0);
		const merged = await valuesOf(path, overlay, values);
		const template = templateOf(merged);
		const basePath = overlay.spec.base === undefined ? undefined : joinPath(path, overlay.spec.base, overlayPath);
		const base = basePath === undefined ? undefined : await renderBase(path, basePath, merged, [...above, path]);
		const content = overlay.spec.valuesFrom.map((file) => joinPath(path, file, overlayPath));
		const own = await renderFolder(path, template, new Set([overlayPath, ...(basePath === undefined ? [] : [basePath]), ...content]), 0);
		const { patches } = (await withTemplates(manifest, overlay, template)).spec;
		return {
			objects: applyPatches([...(base?.objects ?? []), ...own.objects], patches, manifest),
			doubtful: [...(base?.doubtful ?? []), ...own.doubtful],
		};
	}

	/** An overlay with its templates evaluated; its values are what they are evaluated with, and stay as written. */
	async function withTemplates(manifest: Manifest, overlay: OverlayDocument, template: Template): Promise<OverlayDocument> {
		const { spec = {}, ...rest } = manifest.value as { readonly spec?: Readonly<Record<string, unknown>> };
		const value = await template({ ...manifest, value: { ...rest, spec: { ...spec, values: undefined } } }, options);
		return readOverlay([{ ...manifest, value }]) ?? overlay;
	}

	async function renderBase(folder: string, path: string, values: Values, above: readonly string[]): Promise<FolderResult> {
		if (await isFolder(path)) return renderPath(path, values, true, above);
		throw new AppError(`${overlayOf(folder)}: its base is no folder: there is none at ${path || "."}`, {
			code: "BaseMissing",
			kind: "invalid",
			place: { file: overlayOf(folder), key: "spec.base" },
		});
	}

	const path = joinPath("", input.path, input.path);
	if ((await tree.oid(path, options)) === undefined) {
		throw new AppError(`${path} does not exist in Repository ${tree.repository} at ${tree.revision}`, {
			code: "PathMissing",
			kind: "notFound",
			hint: "Correct spec.path of the Application, or push what it names.",
		});
	}
	if (!(await isFolder(path))) {
		if (!isManifestFile(baseOf(path)))
			throw new AppError(`${path} is no folder, and no file that ends with .yaml, .yml or .json`, {
				code: "PathInvalid",
				kind: "invalid",
				place: { file: path },
			});
		return renderFile(path, input.template ? templateOf(input.values) : undefined);
	}
	const { objects, doubtful } = await renderPath(path, input.values, input.template, []);
	const sources = objects.flatMap(({ object, file }) => ownSources(object, file));
	const isSource = (file: string): boolean => sources.some((source) => file === source || file.startsWith(`${source}/`));
	const wrong = doubtful.find(({ file }) => !isSource(file));
	if (wrong !== undefined) throw wrong.error;
	return sources.length === 0 ? objects : objects.filter(({ file }) => !isSource(file));
}

function overlayOf(folder: string): string {
	return folder === "" ? overlayFile : `${folder}/${overlayFile}`;
}

function tooMuch(path: string): AppError {
	return new AppError(
		`${path === "" ? "The repository" : path} holds more than one Application may: ${maxObjects} Objects, ${maxEntries} files, 64 MiB`,
		{
			code: "TooMuch",
			kind: "invalid",
			hint: "Split it into several Applications, or use an Archive.",
		},
	);
}

/** Paths of the same Repository that an Object takes content from. */
function ownSources(object: DesiredObject, file: string): readonly string[] {
	if (!object.apiVersion.startsWith("host.gitward.dev/")) return [];
	const source = (object.spec as { readonly source?: unknown } | null | undefined)?.source;
	if (typeof source === "string") return [joinPath(folderOf(file), source, file)];
	if (
		typeof source === "object" &&
		source !== null &&
		!("repository" in source) &&
		!("ref" in source) &&
		"path" in source &&
		typeof source.path === "string"
	) {
		return [joinPath("", source.path, file)];
	}
	return [];
}
