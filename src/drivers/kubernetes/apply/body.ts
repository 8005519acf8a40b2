import type { DesiredObject } from "../../../core/object.ts";
import type { ResourceType } from "../client/client.ts";
import { instanceLabel, type Owner, ownerAnnotation, ownerText } from "../marks.ts";

/**
 * What must hold for an apply to be carried out. `absent`: the object does not exist. `uid`: it exists, and is that very one; with
 * `version`: and was not changed since. Server-side apply has no such options; see docs/decisions on applies that only create.
 */
export type Precondition = { readonly absent: true } | { readonly uid: string; readonly version?: string } | Record<string, never>;

/** Fields of metadata that only the server writes; manifests that were exported from a cluster hold them. */
const serverFields: readonly string[] = [
	"managedFields",
	"resourceVersion",
	"uid",
	"generation",
	"creationTimestamp",
	"deletionTimestamp",
	"deletionGracePeriodSeconds",
	"selfLink",
];

/** The configuration that is applied for a desired Object: with Gitward's marks, without what only the server writes. */
export function bodyOf(desired: DesiredObject, type: ResourceType, owner: Owner, precondition: Precondition): Record<string, unknown> {
	const metadata: Record<string, unknown> = { ...desired.metadata };
	for (const field of serverFields) if (field in metadata) delete metadata[field];
	if (!type.namespaced) delete metadata["namespace"];
	metadata["labels"] = { ...desired.metadata.labels, [instanceLabel]: owner.instance };
	metadata["annotations"] = { ...desired.metadata.annotations, [ownerAnnotation]: ownerText(owner) };
	return { ...asData(desired), metadata: withPrecondition(metadata, precondition) };
}

/** A Secret without `stringData`: the server forgets that it came so, and would keep what is later left out of it. */
function asData(object: DesiredObject): Readonly<Record<string, unknown>> {
	const { stringData, ...rest } = object;
	if (object.kind !== "Secret" || object.apiVersion !== "v1" || typeof stringData !== "object" || stringData === null) return object;
	const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]);
	return { ...rest, data: { ...(rest["data"] as object | undefined), ...Object.fromEntries(encoded) } };
}

/** Metadata that demands a precondition. */
export function withPrecondition(metadata: Record<string, unknown>, precondition: Precondition): Record<string, unknown> {
	// No object has this version: the server compares it where the object exists, and pays it no heed where it makes one.
	if ("absent" in precondition) return { ...metadata, resourceVersion: "1" };
	// A uid that no object has is a conflict, another object's an immutable field.
	if (!("uid" in precondition)) return metadata;
	const { uid, version } = precondition;
	return version === undefined ? { ...metadata, uid } : { ...metadata, uid, resourceVersion: version };
}
