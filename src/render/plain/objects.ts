import { z } from "zod";
import { explainIssues } from "../../core/documents/explain.ts";
import { apiVersion } from "../../core/documents/metadata.ts";
import { problemsError } from "../../core/documents/problem.ts";
import type { DesiredObject } from "../../core/object.ts";
import { invalidAt, type LocatedObject } from "../located.ts";
import type { Manifest } from "./manifests.ts";

/** What every Object has, whatever its kind. */
const objectSchema = z.looseObject({
	apiVersion: z.string().min(1).max(253),
	kind: z.string().min(1).max(63),
	metadata: z.looseObject({
		name: z.string().min(1).max(4096),
		namespace: z.string().min(1).max(253).optional(),
		labels: z.record(z.string(), z.string()).optional(),
		annotations: z.record(z.string(), z.string()).optional(),
	}),
});

/** Whether a value means to be an Object: then what it lacks is an error, and not another kind of file. */
export function looksLikeObject(value: unknown): boolean {
	return typeof value === "object" && value !== null && !Array.isArray(value) && ("apiVersion" in value || "kind" in value);
}

/** The Objects of a manifest: one, the items of a List, or none where the document is for Gitward itself. Throws `invalid` with the place. */
export function toObjects(
	manifest: Pick<Manifest, "file" | "place">,
	value: unknown,
	path: readonly PropertyKey[] = [],
): readonly LocatedObject[] {
	const { kind, items } = (typeof value === "object" && value !== null ? value : {}) as {
		readonly kind?: unknown;
		readonly items?: unknown;
	};
	if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
		return items.flatMap((item, index) => toObjects(manifest, item, [...path, "items", index]));
	}
	const located: LocatedObject = {
		object: withoutNulls(value) as DesiredObject,
		file: manifest.file,
		place: (inner, ofKey) => manifest.place([...path, ...inner], ofKey),
	};
	demandObject(located);
	if (located.object.apiVersion !== apiVersion) return [located];
	if (kind === "Flow") return [];
	const hint =
		kind === "Overlay"
			? "An Overlay is read from the file overlay.yaml of an Application's path, or of a base."
			: "Control documents belong in the folder or repository that `gitward up --control` names.";
	throw invalidAt(located.place(["kind"]), `is ${kind}, which is a document of Gitward and no Object`, "ManifestInvalid", hint);
}

/** Metadata without fields that are null: `annotations:` with nothing behind it means that there are none. */
function withoutNulls(value: unknown): unknown {
	if (typeof value !== "object" || value === null || !("metadata" in value)) return value;
	const { metadata } = value;
	if (typeof metadata !== "object" || metadata === null || !Object.values(metadata).includes(null)) return value;
	return { ...value, metadata: Object.fromEntries(Object.entries(metadata).filter(([, item]) => item !== null)) };
}

/** Throws `invalid` where a value is no Object. */
export function demandObject({ object, place }: LocatedObject): void {
	if (isObject(object)) return;
	const parsed = objectSchema.safeParse(object);
	if (!parsed.success) throw problemsError(explainIssues(parsed.error.issues, { value: object, place }, objectSchema), "ManifestInvalid");
}

/** The quick way to say yes: most manifests are simple. */
function isObject(value: DesiredObject): boolean {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
	const { metadata } = value as { readonly metadata?: unknown };
	if (!isText(value.apiVersion, 253) || !isText(value.kind, 63)) return false;
	if (typeof metadata !== "object" || metadata === null || !("name" in metadata) || !isText(metadata.name, 4096)) return false;
	return Object.keys(metadata).length === 1;
}

function isText(value: unknown, most: number): boolean {
	return typeof value === "string" && value.length > 0 && value.length <= most;
}
