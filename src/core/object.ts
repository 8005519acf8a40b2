/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Metadata of an Object, shaped as Kubernetes users expect. */
export interface ObjectMetadata {
	readonly name: string;
	readonly namespace?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** A desired Object: what Git says should exist in an Environment. Kind-specific fields stand beside `metadata`. */
export interface DesiredObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: ObjectMetadata;
	readonly [field: string]: unknown;
}

/** Names one Object in one Environment. */
export interface ObjectRef {
	/** API group without the version, `host.gitward.dev`; empty for Kubernetes' core group. */
	readonly group: string;
	readonly kind: string;
	readonly namespace: string;
	readonly name: string;
}

/** `Kind.group/namespace/name`: the same Object has the same key in every version of its API. */
export type ObjectKey = string;

export function refOf(object: DesiredObject): ObjectRef {
	const slash = object.apiVersion.indexOf("/");
	return {
		group: slash < 0 ? "" : object.apiVersion.slice(0, slash),
		kind: object.kind,
		namespace: object.metadata.namespace ?? "",
		name: object.metadata.name,
	};
}

export function keyOf(ref: ObjectRef): ObjectKey {
	return `${ref.kind}${ref.group === "" ? "" : `.${ref.group}`}/${ref.namespace}/${ref.name}`;
}

/** The reverse of keyOf; a name may itself hold slashes. */
export function parseKey(key: ObjectKey): ObjectRef {
	const [type = "", namespace = "", ...name] = key.split("/");
	const dot = type.indexOf(".");
	return {
		kind: dot < 0 ? type : type.slice(0, dot),
		group: dot < 0 ? "" : type.slice(dot + 1),
		namespace,
		name: name.join("/"),
	};
}

/** Annotations that Gitward reads on an Object. */
export const annotation = {
	/** Apply order, an integer; lower first; 0 where absent. */
	wave: "gitward.dev/wave",
	/** One of PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete: the Object is a job of the Sync. */
	hook: "gitward.dev/hook",
	/** When a hook's Object is deleted: `before-hook-creation` (where nothing is said), `hook-succeeded`, `hook-failed`, with commas. */
	hookDelete: "gitward.dev/hook-delete-policy",
	/** `disabled`: never deleted by Gitward; `confirm`: only after a person confirmed; `last`: after everything else of the Sync. */
	prune: "gitward.dev/prune",
	/** `disabled`: the Object is left alone altogether. */
	reconcile: "gitward.dev/reconcile",
	/** `true`: made where it is missing, never changed after. */
	ifAbsent: "gitward.dev/if-absent",
	/** `immutable`: deleted and made anew where only that leads to what is desired; `always`: at every change; `never`. */
	replace: "gitward.dev/replace",
	/** `force` or `report`: what to do about fields that another manager owns. */
	conflicts: "gitward.dev/conflicts",
	/** `heal`, `report` or `ask`: instead of the Application's. */
	drift: "gitward.dev/drift",
	/** `foreground`, `background` or `orphan`: what becomes of dependents when it is deleted. */
	propagation: "gitward.dev/propagation",
	/** `true`: take over an Object that exists already and is not ours. */
	adopt: "gitward.dev/adopt",
} as const;

export type HookPhase = "PreSync" | "Sync" | "PostSync" | "SyncFail" | "PreDelete" | "PostDelete";
