import type { DriftMode } from "./documents/environment.ts";
import type { Leave } from "./leave.ts";
import type { DesiredObject, HookPhase, Json, ObjectKey, ObjectRef } from "./object.ts";

export type ChangeAction = "create" | "update" | "replace" | "delete" | "unchanged" | "skip";

/** One field in which live and desired differ; secret values are already `***`. */
export interface FieldDifference {
	/** JSON pointer, `/spec/content`. */
	readonly path: string;
	/** Live value; absent where the field does not exist live. */
	readonly before?: Json;
	/** Desired value; absent where the field is to go. */
	readonly after?: Json;
	/** Who set the live value, where the target knows: a field manager, `kubectl-edit`. */
	readonly manager?: string;
	/** ISO 8601: when they did. */
	readonly since?: string;
	/** What a drift rule says of the field, where one does. */
	readonly drift?: DriftMode;
}

/** One step of a Plan. */
export interface Change {
	readonly key: ObjectKey;
	readonly ref: ObjectRef;
	readonly action: ChangeAction;
	/** Apply order; deletes run after every wave, in reverse. */
	readonly wave: number;
	/** Set when the Object is a job of the Sync rather than a part of the Application. */
	readonly hook?: HookPhase;
	/** Why this action, where it is not plain: `kept: gitward.dev/prune is disabled`. */
	readonly reason?: string;
	/** True where the Inventory lets the Object go while it stays live. */
	readonly release?: boolean;
	/** Where it is left on account of another Application. */
	readonly leave?: Leave;
	/** True where a deletion needs a person's word, as the Object's annotation says. */
	readonly confirm?: boolean;
	readonly differences: readonly FieldDifference[];
	/** Absent for deletes. */
	readonly desired?: DesiredObject;
}

/** The ordered Changes that lead from live to desired. */
export interface Plan {
	readonly changes: readonly Change[];
	/** SHA-256 over everything that the plan would do: what a person confirms. */
	readonly hash: string;
}

/** What a Driver found for one Object, desired or owned. */
export interface Observation {
	readonly key: ObjectKey;
	/** `missing`: not there; `same`: as desired; `different`: see differences; `immutable`: only a replace leads there. */
	readonly state: "missing" | "same" | "different" | "immutable";
	readonly differences: readonly FieldDifference[];
	/** True when it exists and was not made by this Application: adopted only where allowed. */
	readonly foreign?: boolean;
	/** Whose it is, for people, where the target knows: `the Application shop of another Gitward`. */
	readonly owner?: string;
}
