import type { DriftRule } from "../../../core/documents/environment.ts";
import type { Health } from "../../../core/health.ts";
import type { ObjectKey } from "../../../core/object.ts";
import type { LiveObject } from "../client/client.ts";
import type { Known } from "./live.ts";

/** What is kept of one live object: a small record, and the object itself only while it is not as it was applied. */
export interface Entry {
	/** Application that has it, by its Inventory or by the object's own marks. */
	application: string | undefined;
	/** Undefined until an Application claims it. */
	key: ObjectKey | undefined;
	/** Of the object that is there; empty: none is, or none was seen yet. */
	uid: string;
	/** resourceVersion of the newest state that was seen; empty: none. */
	version: string;
	/** Projection of that state; empty where nothing is there. */
	hash: string;
	/** What Gitward applied last; undefined: nothing that is known of. */
	applied: { readonly uid: string; readonly hash: string } | undefined;
	/** Drift rules that the hash goes by. */
	rules: readonly DriftRule[];
	health: Health;
	/** Why it is not well, as its Pods tell; empty: nothing is known. */
	cause: string;
	/** How often its Pods were looked at since it is not well. */
	looks: number;
	/** The state that was told of last; empty: that it is as applied. */
	told: string;
	/** Writes by Gitward that are under way. */
	writing: number;
	object: LiveObject | undefined;
	/** Whether the object has to be looked at before it can be told how it stands. */
	unsure: boolean;
}

/** Health of what was not seen yet. */
export const unseen: Health = { status: "Unknown", message: "not seen yet" };
const noRules: readonly DriftRule[] = [];

export function newEntry(): Entry {
	return {
		application: undefined,
		key: undefined,
		uid: "",
		version: "",
		hash: "",
		applied: undefined,
		rules: noRules,
		health: unseen,
		cause: "",
		looks: 0,
		told: "",
		writing: 0,
		object: undefined,
		unsure: false,
	};
}

/** How it stands beside what was applied. */
export function stateOf({ uid, hash, applied, unsure }: Entry): Known["state"] {
	if (applied === undefined || unsure) return "unknown";
	if (uid === "") return "missing";
	return uid === applied.uid && hash === applied.hash ? "same" : "drifted";
}

/** Whether a resourceVersion is newer than another of the same kind. What is no number cannot be told: it counts as newer, and is compared by its hash. */
export function isLater(version: string, than: string): boolean {
	return !(Number(version) <= Number(than)) && version !== than;
}
