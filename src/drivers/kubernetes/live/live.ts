import type { DriftRule } from "../../../core/documents/environment.ts";
import type { ObjectKey } from "../../../core/object.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import type { LiveObject, ResourceType } from "../client/client.ts";

/** What is kept of an applied Object, in the Inventory and in memory: never the Object itself. */
export interface KubernetesRecord {
	readonly uid: string;
	/** resourceVersion of the last state that was found to be as applied. */
	readonly version: string;
	/** Hash of the live Object projected through the fields that Gitward's manager owns, less those that a drift rule ignores. */
	readonly hash: string;
	/** Version of the API by which it was applied, `v1`: in others the fields that Gitward's manager owns may be called otherwise. */
	readonly api?: string;
}

/** What is known of an Object without asking the server. */
export interface Known {
	/** `same`: as it was applied. `drifted`: it differs, and `object` is how it is now, where it is still at hand. `missing`: deleted. `unknown`: not watched (yet). */
	readonly state: "same" | "drifted" | "missing" | "unknown";
	readonly object?: LiveObject;
}

/**
 * What lives in one cluster, as far as Gitward put it there: one list and one watch for each kind, narrowed by the label of this Gitward, and
 * for each Object a small record. Finds drift by the projected fields, follows health, forgets the Objects themselves.
 */
export interface Live {
	/** Says that Gitward is about to write: until `wrote`, or the function that it gives, is called, what the watch tells of it is no drift. */
	writing(application: string, key: ObjectKey, type: ResourceType): () => void;
	/** Notes what Gitward itself wrote: the watch passes over that resourceVersion. Also taken into account when the watch is behind or ahead. */
	wrote(application: string, key: ObjectKey, type: ResourceType, object: LiveObject, rules: readonly DriftRule[]): KubernetesRecord;
	/** Notes that Gitward itself deleted it, or let it go. */
	deleted(application: string, key: ObjectKey): void;
	/** Whether an Object that is still owned is the same live one under another key: one without a namespace to which Git gives one. */
	isShared(key: ObjectKey): boolean;
	known(application: string, key: ObjectKey): Known;
	/** Waits until the first list of the kind is in, where it is followed, or throws what keeps it from coming. */
	ready(type: ResourceType, options?: SignalOption): Promise<void>;
}
