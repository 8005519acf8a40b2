import { z } from "zod";
import { AppError } from "../../core/app-error.ts";
import { explainIssues } from "../../core/documents/explain.ts";
import { apiVersion, metadataSchema } from "../../core/documents/metadata.ts";
import { nearest } from "../../core/documents/nearest.ts";
import { type Patch, patchSchema } from "../../core/documents/patch.ts";
import { problemsError } from "../../core/documents/problem.ts";
import type { DesiredObject } from "../../core/object.ts";
import { invalidAt, type LocatedObject } from "../located.ts";
import { weightOf } from "../weight.ts";
import { applyJsonPatch } from "./json-patch.ts";
import type { Manifest } from "./manifests.ts";
import { strategicMerge } from "./merge.ts";
import { mergeKeysOf } from "./merge-keys.ts";
import { demandObject } from "./objects.ts";

/** Most characters of the Objects that one patch changes. */
const maxPatched = 64 * 1024 * 1024;
/** How often patches may change Objects, all together. */
const maxChanges = 100_000;

/** Document `overlay.yaml` of a folder: a base, values and patches for one Environment. */
export const overlaySchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Overlay"),
		metadata: metadataSchema.optional(),
		spec: z
			.strictObject({
				base: z.string().min(1).optional().describe("Folder that this one builds on, relative to it."),
				values: z.record(z.string(), z.json()).default({}).describe("Values for templates, here and in the base."),
				valuesFrom: z
					.array(z.string().min(1))
					.max(100)
					.default([])
					.describe("YAML files of values, relative to the folder; later ones win, and `values` wins over all."),
				patches: z.array(patchSchema).max(1000).default([]).describe("Changes to the Objects, in order."),
			})
			.prefault({}),
	})
	.describe("What makes a base into the Objects of one Environment.");

/** What makes a base into the Objects of one Environment. */
export type OverlayDocument = z.infer<typeof overlaySchema>;

/** Reads `overlay.yaml`; throws `invalid` with every problem. */
export function readOverlay(manifests: readonly Manifest[]): OverlayDocument | undefined {
	const [manifest, second] = manifests;
	if (manifest === undefined) return undefined;
	if (second !== undefined) throw invalidAt(second.place([]), "overlay.yaml holds one document only", "OverlayInvalid");
	const parsed = overlaySchema.safeParse(manifest.value);
	if (parsed.success) return parsed.data;
	throw problemsError(explainIssues(parsed.error.issues, manifest, overlaySchema), "OverlayInvalid");
}

function fits(object: DesiredObject, wanted: Patch["target"]): boolean {
	return (
		(wanted.kind === undefined || wanted.kind === object.kind) &&
		(wanted.name === undefined || wanted.name === object.metadata.name) &&
		(wanted.apiVersion === undefined || wanted.apiVersion === object.apiVersion)
	);
}

/** The Objects after an overlay's patches; a merge of `$patch: delete` removes an Object. Throws `invalid` for a patch that fits none or fails. */
export function applyPatches(
	objects: readonly LocatedObject[],
	patches: readonly Patch[],
	manifest: Pick<Manifest, "place">,
): readonly LocatedObject[] {
	let result = [...objects];
	let changes = 0;
	for (const [index, each] of patches.entries()) {
		const place = manifest.place(["spec", "patches", index]);
		const chosen = new Set(result.filter(({ object }) => fits(object, each.target)));
		changes += chosen.size;
		if (changes > maxChanges)
			throw invalidAt(place, `changes, with the patches before it, Objects more than ${maxChanges} times`, "TooMuch", "Narrow its target.");
		if (chosen.size === 0) {
			const near = nearest(
				each.target.name ?? "",
				result.map(({ object }) => object.metadata.name),
			);
			throw invalidAt(
				place,
				`fits no Object (${JSON.stringify(each.target)})`,
				"PatchUnused",
				near === undefined ? "Correct its target or remove it." : `Did you mean ${near}?`,
			);
		}
		let patchedWeight = 0;
		result = result.flatMap((located) => {
			if (!chosen.has(located)) return [located];
			try {
				const patched =
					"merge" in each
						? strategicMerge(located.object, each.merge, mergeKeysOf(located.object.apiVersion))
						: applyJsonPatch(located.object, each.json);
				if (patched === undefined) return [];
				patchedWeight += weightOf(patched, maxPatched);
				if (patchedWeight > maxPatched) throw new Error("the Objects that it changes become more than 64 MiB");
				const result = { ...located, object: patched as DesiredObject };
				demandObject({ ...result, place: () => place });
				return [result];
			} catch (error) {
				const { kind, metadata } = located.object;
				const message =
					error instanceof AppError
						? `${kind} ${metadata.name} is no Object after it`
						: `cannot be applied to ${kind} ${metadata.name}: ${(error as Error).message}`;
				throw invalidAt(
					place,
					message,
					"PatchFailed",
					error instanceof AppError ? "It must keep apiVersion, kind and metadata.name." : undefined,
				);
			}
		});
	}
	return result;
}
