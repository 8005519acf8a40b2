import type { Json } from "../../../core/object.ts";
import type { OwnedObject } from "../../../ports/driver.ts";
import type { KubernetesRecord } from "../live/live.ts";

/** The record of an owned Object; undefined for a claim. */
export function recordOf(owned: { readonly record: Json } | OwnedObject | undefined): KubernetesRecord | undefined {
	const record = owned?.record;
	if (typeof record !== "object" || record === null || !("uid" in record) || !("version" in record) || !("hash" in record))
		return undefined;
	const { uid, version, hash } = record;
	return typeof uid === "string" && typeof version === "string" && typeof hash === "string" ? { uid, version, hash } : undefined;
}
