import { load } from "js-yaml";
import type { SourcePlace } from "../../core/app-error.ts";
import { pathText } from "../../core/documents/read-yaml.ts";
import type { DesiredObject } from "../../core/object.ts";
import type { RenderInput } from "../../ports/renderer.ts";
import { joinPath } from "../paths.ts";
import { readManifests } from "../plain/manifests.ts";
import { looksLikeObject, toObjects } from "../plain/objects.ts";
import { readText } from "../plain/text.ts";
import { beside } from "./collect.ts";

/** https://github.com/kubernetes-sigs/kustomize/blob/master/examples/originAnnotations.md */
const origin = "config.kubernetes.io/origin";

/**
 * Where a field of a built Object stands: in the file that the Object came from, as kustomize noted it; in the kustomization that
 * generated it; or, where nothing is known, in the folder. A field that a patch added is where its nearest parent is.
 */
export async function locate(input: RenderInput, object: DesiredObject, path: readonly PropertyKey[]): Promise<SourcePlace> {
	const key = pathText(path);
	const noted = load(object.metadata.annotations?.[origin] ?? "") as
		| { readonly path?: unknown; readonly configuredIn?: unknown }
		| null
		| undefined;
	const relative = noted?.path ?? noted?.configuredIn;
	if (typeof relative !== "string") return { file: input.path, key };
	// A file from beside its kustomization was built below it: its own place is not known any more.
	if (relative.includes(`${beside}/`)) return { file: `${input.path}: ${relative.slice(relative.lastIndexOf("/") + 1)}`, key };
	const file = joinPath(input.path, relative, input.path);
	if (noted?.path === undefined) return { file, key };
	const text = await readText(input.tree, file, input.signal === undefined ? {} : { signal: input.signal });
	const candidates = readManifests(file, text, "kubernetes")
		.flatMap((manifest) => (looksLikeObject(manifest.value) ? toObjects(manifest, manifest.value) : []))
		.filter((each) => each.object.kind === object.kind);
	// Prefixes and suffixes may have been put around the name.
	const named = candidates.filter((each) => object.metadata.name.includes(each.object.metadata.name));
	const best = named.toSorted((a, b) => b.object.metadata.name.length - a.object.metadata.name.length)[0] ?? candidates[0];
	return best?.place(path) ?? { file, key };
}
