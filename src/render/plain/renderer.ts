import { z } from "zod";
import { AppError, toAppError } from "../../core/app-error.ts";
import { explainIssues } from "../../core/documents/explain.ts";
import { problemsError } from "../../core/documents/problem.ts";
import type { DesiredObject, Json } from "../../core/object.ts";
import type { RenderInput } from "../../ports/renderer.ts";
import type { TreeEntry } from "../../ports/repository.ts";
import { invalidAt, type LocatedObject } from "../located.ts";
import { baseOf, folderOf, joinPath } from "../paths.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import { applyPatches, type OverlayDocument, readOverlay } from "./overlay.ts";
import { createTemplate } from "./template.ts";

const overlayFile = "overlay.yaml";
const maxBases = 10;
const maxObjects = 10_000;
const maxFolders = 64;

type Values = Readonly<Record<string, Json>>;

/** What a folder gave: its Objects, and files that could not be read as manifests but may be content that a `source` names. */
interface FolderResult {
	readonly objects: readonly LocatedObject[];
	readonly doubtful: readonly { readonly file: string; readonly error: unknown }[];
}

const objectSchema = z.looseObject({
	apiVersion: z.string().min(1),
	kind: z.string().min(1),
	metadata: z.looseObject({
		name: z.string().min(1).max(1024),
		namespace: z.string().max(253).optional(),
		labels: z.record(z.string(), z.string()).optional(),
		annotations: z.record(z.string(), z.string()).optional(),
	}),
});

function isManifestFile({ name, type }: TreeEntry): boolean {
	return type === "file" && !name.startsWith(".") && /\.(ya?ml|json)$/u.test(name);
}

/** Whether a value means to be an Object: then what it lacks is an error and not another kind of file. */
function looksLikeObject(value: unknown): boolean {
	return typeof value === "object" && value !== null && ("apiVersion" in value || "kind" in value);
}

function mergeValues(base: Values, over: Values): Values {
	const result: Record<string, Json> = { ...base };
	for (const [key, value] of Object.entries(over)) {
		const before = result[key];
		const both = typeof before === "object" && before !== null && !Array.isArray(before) && typeof value === "object" && value !== null && !Array.isArray(value);
		result[key] = both ? mergeValues(before as Values, value as Values) : value;
	}
	return result;
}

/** Renders plain YAML and JSON, with overlays and templates. What is no Object is only an error where nothing else refers to it. */
export async function renderPlain(input: RenderInput): Promise<readonly LocatedObject[]> {
	const { tree, signal } = input;
	const options = signal === undefined ? {} : { signal };

	async function readText(path: string): Promise<string> {
		return (await tree.read(path, { ...options, limit: 1024 * 1024 })).toString("utf8");
	}

	async function renderFile(path: string, values: Values, isTemplate: boolean): Promise<readonly LocatedObject[]> {
		const template = createTemplate({ values, application: input.application, environment: input.environment });
		const located: LocatedObject[] = [];
		for (const manifest of readManifests(path, await readText(path))) {
			if (!looksLikeObject(manifest.value)) {
				if (path.endsWith(".json")) continue;
				throw invalidAt(manifest.place([]), "is no Object: apiVersion and kind are missing", "ManifestInvalid", "Move files that are no manifests out of this path, or refer to them from a `source`.");
			}
			const value = isTemplate ? template(manifest) : manifest.value;
			located.push(...toObjects(manifest, value));
			if (located.length > maxObjects) throw tooMany(path);
		}
		return located;
	}

	async function renderFolder(folder: string, values: Values, isTemplate: boolean, skip: string | undefined, depth: number): Promise<FolderResult> {
		if (depth > maxFolders) throw new AppError(`${folder} is more than ${maxFolders} folders deep`, { code: "TooDeep", kind: "invalid", place: { file: folder } });
		const objects: LocatedObject[] = [];
		const doubtful: { file: string; error: unknown }[] = [];
		for (const entry of await tree.list(folder, options)) {
			const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (entry.name.startsWith(".") || entry.name === skip) continue;
			const type = entry.type === "link" ? await linkedType(path) : entry.type;
			if (type === "folder" || type === "submodule") {
				const inner = await renderFolder(path, values, isTemplate, undefined, depth + 1);
				objects.push(...inner.objects);
				doubtful.push(...inner.doubtful);
			} else if (isManifestFile({ ...entry, type })) {
				try {
					objects.push(...(await renderFile(path, values, isTemplate)));
				} catch (error) {
					if (toAppError(error).kind !== "invalid") throw error;
					doubtful.push({ file: path, error });
				}
			}
			if (objects.length > maxObjects) throw tooMany(folder);
		}
		return { objects, doubtful };
	}

	/** What a symbolic link leads to; one that leads out of the tree is the tree's error. */
	async function linkedType(path: string): Promise<TreeEntry["type"]> {
		try {
			await tree.list(path, options);
			return "folder";
		} catch (error) {
			if (toAppError(error).kind !== "notFound") throw error;
			return "file";
		}
	}

	async function valuesOf(folder: string, { spec }: OverlayDocument, over: Values): Promise<Values> {
		let values: Values = {};
		for (const file of spec.valuesFrom) {
			const path = joinPath(folder, file, `${folder}/${overlayFile}`);
			for (const manifest of readManifests(path, await readText(path))) {
				if (typeof manifest.value !== "object" || manifest.value === null || Array.isArray(manifest.value)) {
					throw invalidAt(manifest.place([]), "holds no map of values", "ValuesInvalid");
				}
				values = mergeValues(values, manifest.value as Values);
			}
		}
		return mergeValues(mergeValues(values, spec.values), over);
	}

	async function renderPath(path: string, values: Values, isTemplate: boolean, seen: readonly string[]): Promise<FolderResult> {
		if (seen.includes(path)) throw new AppError(`bases go in a circle: ${[...seen, path].join(" → ")}`, { code: "BaseCycle", kind: "invalid", place: { file: path } });
		if (seen.length > maxBases) throw new AppError(`more than ${maxBases} bases build on each other`, { code: "TooManyBases", kind: "invalid", place: { file: path } });
		const overlayPath = path === "" ? overlayFile : `${path}/${overlayFile}`;
		const hasOverlay = (await tree.oid(overlayPath, options)) !== undefined;
		if (!hasOverlay) return renderFolder(path, values, isTemplate, undefined, 0);
		const manifests = readManifests(overlayPath, await readText(overlayPath));
		const overlay = readOverlay(manifests);
		const manifest = manifests[0];
		if (overlay === undefined || manifest === undefined) return renderFolder(path, values, true, overlayFile, 0);
		const merged = await valuesOf(path, overlay, values);
		const used = new Set(overlay.spec.valuesFrom.map((file) => joinPath(path, file, overlayPath)));
		const base = overlay.spec.base === undefined ? undefined : await renderPath(joinPath(path, overlay.spec.base, overlayPath), merged, true, [...seen, path]);
		const own = await renderFolder(path, merged, true, overlayFile, 0);
		const template = createTemplate({ values: merged, application: input.application, environment: input.environment });
		const templated = template(manifest) as OverlayDocument;
		const { patches } = readOverlay([{ ...manifest, value: { ...templated, spec: { ...templated.spec, values: {} } } }])?.spec ?? overlay.spec;
		return {
			objects: applyPatches([...(base?.objects ?? []), ...own.objects], patches, manifest),
			doubtful: [...(base?.doubtful ?? []), ...own.doubtful].filter(({ file }) => !used.has(file)),
		};
	}

	const path = joinPath("", input.path, input.path);
	if ((await tree.oid(path, options)) === undefined) {
		throw new AppError(`${path} does not exist in Repository ${tree.repository} at ${tree.revision}`, { code: "PathMissing", kind: "notFound", hint: "Correct spec.path of the Application, or push what it names." });
	}
	const isFile = isManifestFile({ name: baseOf(path), type: "file", executable: false, oid: "" }) && !(await isFolder(path));
	if (isFile) return renderFile(path, input.values, input.template);
	const { objects, doubtful } = await renderPath(path, input.values, input.template, []);
	const sources = objects.flatMap(({ object, file }) => ownSources(object, file));
	const isSource = (file: string): boolean => sources.some((source) => file === source || file.startsWith(`${source}/`));
	const wrong = doubtful.find(({ file }) => !isSource(file));
	if (wrong !== undefined) throw wrong.error;
	return objects.filter(({ file }) => !isSource(file));

	async function isFolder(at: string): Promise<boolean> {
		try {
			await tree.list(at, options);
			return true;
		} catch (error) {
			if (toAppError(error).kind === "notFound") return false;
			throw error;
		}
	}
}

function tooMany(path: string): AppError {
	return new AppError(`${path} renders to more than ${maxObjects} Objects`, { code: "TooManyObjects", kind: "invalid", hint: "Split it into several Applications." });
}

/** The Objects of a manifest: one, or the items of a List. */
function toObjects(manifest: Manifest, value: unknown, path: readonly PropertyKey[] = []): readonly LocatedObject[] {
	const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
	if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
		return items.flatMap((item, index) => toObjects(manifest, item, [...path, "items", index]));
	}
	const place: LocatedObject["place"] = (inner, ofKey) => manifest.place([...path, ...inner], ofKey);
	const parsed = objectSchema.safeParse(value);
	if (parsed.success) return [{ object: value as DesiredObject, file: manifest.file, place }];
	throw problemsError(explainIssues(parsed.error.issues, { value, place }, objectSchema), "ManifestInvalid");
}

/** Paths of the same Repository that an Object takes content from. */
function ownSources(object: DesiredObject, file: string): readonly string[] {
	const source = (object.spec as { readonly source?: unknown } | undefined)?.source;
	if (typeof source === "string") return [joinPath(folderOf(file), source, file)];
	if (typeof source === "object" && source !== null && !("repository" in source) && !("ref" in source) && "path" in source && typeof source.path === "string") {
		return [joinPath("", source.path, file)];
	}
	return [];
}
