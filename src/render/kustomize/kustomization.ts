import { load } from "js-yaml";
import type { SourcePlace } from "../../core/app-error.ts";
import { invalidAt } from "../located.ts";
import { baseOf } from "../paths.ts";
import { kubernetesSchema } from "../plain/kubernetes-schema.ts";
import { readManifests } from "../plain/manifests.ts";

/** What a folder of kustomize is known by. */
export const kustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

/** Something that a kustomization names. */
export interface Reference {
	readonly path: string;
	/** `file` and `folder` are exactly that; `plugin` is a file or folder that configures a generator, transformer or validator. */
	readonly type: "file" | "folder" | "any" | "plugin";
	readonly place: () => SourcePlace;
	/** Puts another path in its place, in what `text` gives; absent where that cannot be done. */
	readonly move?: (path: string) => void;
}

/** A kustomization, or the configuration of a plugin, with all that it names. */
export interface Kustomization {
	/** What kustomize is given: exactly what was looked at here, so that it can name nothing else. */
	readonly text: () => string;
	readonly references: readonly Reference[];
}

type Fields = Record<string, unknown>;
type PlaceOf = (path: readonly PropertyKey[]) => SourcePlace;

/** Reads a kustomization file; with `origins` it also asks for a note of where each Object came from. Throws `invalid` where it is none, or asks for what a render never does. */
export function readKustomization(file: string, text: string, origins: boolean): Kustomization {
	const [manifest, second] = readManifests(file, text, "kubernetes");
	if (second !== undefined) throw invalidAt(second.place([]), "a kustomization is one document", "KustomizationInvalid");
	const value = manifest?.value ?? {};
	const place: PlaceOf = (path) => manifest?.place(path) ?? { file };
	if (!isFields(value)) throw invalidAt(place([]), "is no kustomization: a map is expected", "KustomizationInvalid");
	for (const field of ["helmCharts", "helmChartInflationGenerator", "helmGlobals"]) {
		if (fieldOf(value, field, place, []) !== undefined)
			throw invalidAt(
				place([field]),
				"is not rendered here: kustomize would fetch a chart by itself",
				"KustomizeHelm",
				"Make the chart an Application of its own, with spec.helm.",
			);
	}
	const metadata = fieldOf(value, "buildMetadata", place, []);
	if (origins) value["buildMetadata"] = [...new Set([...(Array.isArray(metadata) ? metadata : []), "originAnnotations"])];
	return { text: () => toText(value), references: [...ofLists(value, place), ...ofPatches(value, place), ...ofGenerators(value, place)] };
}

/** Reads a file that configures generators, transformers or validators. */
export function readPluginConfig(file: string, text: string): Kustomization {
	const manifests = readManifests(file, text, "kubernetes");
	return {
		text: () => manifests.map(({ value }) => toText(value)).join("\n---\n"),
		references: manifests.flatMap(({ value, place }) =>
			ofPlugin(value, place).map(({ path, type, place: at }) => ({ path, type, place: at })),
		),
	};
}

function ofLists(value: Fields, place: PlaceOf): readonly Reference[] {
	const types = {
		resources: "any",
		bases: "folder",
		components: "folder",
		crds: "file",
		configurations: "file",
		generators: "plugin",
		transformers: "plugin",
		validators: "plugin",
	} as const;
	const lists = Object.entries(types).flatMap(([field, type]) =>
		textsOf(value, field, place, []).flatMap(({ text, at, move }): readonly Reference[] => {
			const inline = type === "plugin" ? inlineOf(text) : undefined;
			if (inline !== undefined)
				return inline.flatMap((each) =>
					ofPlugin(each, () => place(at)).map(({ path, type: kind }) => ({ path, type: kind, place: () => place(at) })),
				);
			return [{ path: text, type, place: () => place(at), move }];
		}),
	);
	const openapi = fieldOf(value, "openapi", place, []);
	return [...lists, ...(isFields(openapi) ? pathOf(openapi, place, ["openapi"]) : [])];
}

function ofPatches(value: Fields, place: PlaceOf): readonly Reference[] {
	const strategic = textsOf(value, "patchesStrategicMerge", place, []).flatMap(({ text, at, move }): readonly Reference[] =>
		inlineOf(text) === undefined ? [{ path: text, type: "file", place: () => place(at), move }] : [],
	);
	const others = ["patches", "patchesJson6902", "replacements"].flatMap((field) => {
		const list = fieldOf(value, field, place, []);
		return Array.isArray(list) ? list.flatMap((item: unknown, index) => (isFields(item) ? pathOf(item, place, [field, index]) : [])) : [];
	});
	return [...strategic, ...others];
}

function ofGenerators(value: Fields, place: PlaceOf): readonly Reference[] {
	return ["configMapGenerator", "secretGenerator"].flatMap((field) => {
		const list = fieldOf(value, field, place, []);
		return Array.isArray(list)
			? list.flatMap((item: unknown, index) => (isFields(item) ? ofContents(item, place, [field, index]) : []))
			: [];
	});
}

/** Files that a ConfigMap or Secret is made of: `path` or `key=path`. */
function ofContents(value: Fields, place: PlaceOf, path: readonly PropertyKey[]): readonly Reference[] {
	const env = fieldOf(value, "env", place, path);
	const named = textsOf(value, "files", place, path).map(({ text, at, move }): Reference => {
		const [key, name] = text.includes("=") ? [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] : [baseOf(text), text];
		return { path: name, type: "file", place: () => place(at), move: (moved) => move(`${key}=${moved}`) };
	});
	const envs = textsOf(value, "envs", place, path);
	if (typeof env === "string" && env !== "")
		envs.push({
			text: env,
			at: [...path, "env"],
			move: (moved) => {
				value["env"] = moved;
			},
		});
	return [...named, ...envs.map(({ text, at, move }): Reference => ({ path: text, type: "file", place: () => place(at), move }))];
}

/** What the configuration of a built-in plugin names: https://kubectl.docs.kubernetes.io/references/kustomize/builtins/ */
function ofPlugin(value: unknown, place: PlaceOf): readonly Reference[] {
	if (!isFields(value)) return [];
	if (Array.isArray(value["items"])) return value["items"].flatMap((item: unknown) => ofPlugin(item, place));
	if (fieldOf(value, "kind", place, []) === "HelmChartInflationGenerator")
		throw invalidAt(place(["kind"]), "is not rendered here: kustomize would fetch a chart by itself", "KustomizeHelm", "Use spec.helm.");
	const replacements = fieldOf(value, "replacements", place, []);
	return [
		...pathOf(value, place, []),
		...ofContents(value, place, []),
		...textsOf(value, "paths", place, []).flatMap(({ text, at }): readonly Reference[] =>
			inlineOf(text) === undefined ? [{ path: text, type: "file", place: () => place(at) }] : [],
		),
		...(Array.isArray(replacements)
			? replacements.flatMap((item: unknown, index) => (isFields(item) ? pathOf(item, place, ["replacements", index]) : []))
			: []),
	];
}

function pathOf(value: Fields, place: PlaceOf, path: readonly PropertyKey[]): readonly Reference[] {
	const found = fieldOf(value, "path", place, path);
	if (typeof found !== "string" || found === "") return [];
	const move = (moved: string): void => {
		value["path"] = moved;
	};
	return [{ path: found, type: "file", place: () => place([...path, "path"]), move }];
}

function textsOf(
	value: Fields,
	field: string,
	place: PlaceOf,
	path: readonly PropertyKey[],
): { readonly text: string; readonly at: readonly PropertyKey[]; readonly move: (path: string) => void }[] {
	const list = fieldOf(value, field, place, path);
	if (!Array.isArray(list)) return [];
	return list.flatMap((text: unknown, index) => {
		const move = (moved: string): void => {
			list[index] = moved;
		};
		return typeof text === "string" ? [{ text, at: [...path, field, index], move }] : [];
	});
}

/** The value of a field. kustomize ignores the case of names: one that is another only by case would be read there and not here. */
function fieldOf(value: Fields, name: string, place: PlaceOf, path: readonly PropertyKey[]): unknown {
	for (const key of Object.keys(value)) {
		if (key !== name && fold(key) === fold(name))
			throw invalidAt(place([...path, key]), `is not known here: write ${name}`, "KustomizationInvalid");
	}
	return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** As Go's encoding/json compares names: two letters beyond ASCII count as s and k. */
function fold(key: string): string {
	return key.replaceAll("\u017F", "s").replaceAll("\u212A", "k").toLowerCase();
}

/** The maps that a text holds where it is YAML itself and no path. */
function inlineOf(text: string): readonly Fields[] | undefined {
	if (!text.includes("\n") && !text.includes(":")) return undefined;
	const values = text.split(/^---(?=\s|$)/mu).map((part): unknown => {
		try {
			return load(part, { schema: kubernetesSchema });
		} catch {
			return undefined;
		}
	});
	const maps = values.filter(isFields);
	return maps.length === 0 ? undefined : maps;
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON that is YAML, too: what YAML does not allow to stand as it is, is escaped. */
function toText(value: unknown): string {
	return JSON.stringify(value).replace(
		/[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/gu,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
