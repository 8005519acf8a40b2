import type { ErrorKind, SourcePlace } from "./app-error.ts";
import type { Condition } from "./conditions.ts";
import type { ApplicationDocument } from "./documents/application.ts";
import type { EnvironmentDocument } from "./documents/environment.ts";
import type { Health } from "./health.ts";
import type { Leave } from "./leave.ts";
import type { ObjectKey } from "./object.ts";
import type { Revision } from "./revision.ts";
import type { Hold } from "./views/application.ts";
import type { Actor } from "./views/common.ts";

/** A render's result, without the Objects: those stand in the store under `hash`. */
export interface RenderedState {
	readonly hash: string;
	/** Of the Application's Repository; with another one's name before it (`shop:main@sha1:…`) where only a source there moved. */
	readonly revision: Revision;
	/** Hash of what the Application's document says about rendering: another one means another render. */
	readonly settings: string;
	/** `[repository, ref, path, oid or null]` of everything that was read. */
	readonly inputs: readonly (readonly [string, string, string, string | null])[];
	/** Oid of the Application's own path, the quick check before the inputs. */
	readonly root: string | null;
	readonly warnings: readonly string[];
	readonly objects: number;
	/** The Revision whose commit made this render differ from the one before; of another Repository where only a source moved. */
	readonly cause: { readonly repository: string; readonly revision: Revision };
}

/** An error as it is kept: plain, without its cause. */
export interface Failure {
	readonly code: string;
	readonly kind: ErrorKind;
	readonly message: string;
	readonly hint?: string;
	readonly place?: SourcePlace;
}

export interface AppliedState {
	readonly hash: string;
	readonly revision: Revision;
	/** ISO 8601. */
	readonly at: string;
	/** True once a later Sync or removal began to change things: live is only partly this, until a Sync succeeds. */
	readonly partial?: boolean;
}

/** What a person asked for: recorded before the answer, taken away when it is done. */
export interface SyncRequest {
	readonly by: Actor;
	readonly trigger: "manual" | "rollback";
	/** Hash of a plan that may pass the deletion guard or a drift that asks. */
	readonly confirm?: string;
}

/** A Sync under way; after a kill it goes on where the live state is. */
export interface SyncState {
	readonly id: string;
	readonly hash: string;
	readonly revision: Revision;
	readonly trigger: "revision" | "manual" | "rollback" | "removal" | "retry";
	readonly by: Actor;
	/** ISO 8601. */
	readonly started: string;
	/** What the deletion guard let it delete: any other deletion asks anew, also when the Sync goes on. */
	readonly deletes?: readonly ObjectKey[];
	/** Hooks that ran to their end, by key. */
	readonly hooks: readonly ObjectKey[];
	/** What was done so far. */
	readonly done: readonly { readonly key: ObjectKey; readonly action: string }[];
	/** Of the Revision's commit, for history. */
	readonly commit?: { readonly author: string; readonly subject: string; readonly time: string };
	/** ISO 8601: when waiting for health turns into failure; absent while applying. */
	readonly healthDeadline?: string;
}

/** Tries at one rendered hash that failed. */
export interface AttemptState {
	/** History entry that these tries share. */
	readonly id: string;
	readonly hash: string;
	readonly count: number;
	readonly failure: Failure;
	/** ISO 8601 of the next try; absent when only a new Revision or a person leads on. */
	readonly next?: string;
}

/** After a rollback: the bad hash is not applied again until Git renders to another one. */
export interface RollbackHold {
	readonly badHash: string;
	readonly badRevision: Revision;
	readonly pinned: { readonly hash: string; readonly revision: Revision };
	readonly by: Actor;
	readonly at: string;
}

export interface DriftedObject {
	readonly key: ObjectKey;
	/** ISO 8601, when it was first seen. */
	readonly since: string;
	/** Why it is not repaired: `report` and `ask` by policy, `fight` because repairs did not last. Absent: it is still to be. */
	readonly mode?: "report" | "ask" | "fight";
	/** Some of the fields that differ, who set them and when, as far as the target knows. */
	readonly fields?: readonly { readonly path: string; readonly manager?: string; readonly since?: string }[];
	/** Of a fight: against whom. */
	readonly message?: string;
}

/** Whether what was applied last is all of it and nothing else. */
export function runs(state: ApplicationState, hash: string): boolean {
	return state.applied?.hash === hash && state.applied.partial !== true;
}

/** What should run: the newest render, or after a rollback the one that it was pinned to. */
export function wantedOf({ hold, rendered }: ApplicationState): Pick<RenderedState, "hash" | "revision"> | undefined {
	return hold !== undefined && hold.badHash === rendered?.hash ? hold.pinned : rendered;
}

/** An owned Object that is no longer wanted, and not deleted either. */
export interface LeftObject extends Leave {
	readonly key: ObjectKey;
}

/** Everything that is kept about one Application; written in one place, by the engine's status writer. */
export interface ApplicationState {
	readonly name: string;
	/** Environment that holds its Inventory. */
	readonly environment: string;
	readonly rendered?: RenderedState;
	/** Why the newest Revision could not be resolved or rendered; the last good render stays. */
	readonly renderFailure?: Failure & { readonly revision?: Revision; readonly settings: string };
	readonly applied?: AppliedState;
	readonly sync?: SyncState;
	readonly attempt?: AttemptState;
	readonly request?: SyncRequest;
	readonly hold?: RollbackHold;
	readonly suspended?: { readonly by: Actor; readonly at: string };
	readonly drift: readonly DriftedObject[];
	readonly holds: readonly Hold[];
	readonly health: Health;
	readonly conditions: readonly Condition[];
	readonly inventory: number;
	/** Number of Syncs so far: the next one's id. */
	readonly syncs?: number;
	/** Objects that the last Sync left alone, each with the reason. */
	readonly skipped?: readonly string[];
	/** Those of them that exist and are not Gitward's, each with whose it is: so live is not as Git says there. */
	readonly foreign?: readonly string[];
	/** What the last Sync left for other Applications: looked at again until nothing is. */
	readonly left?: readonly LeftObject[];
	/** What the target had to say about the last Sync that stopped nothing. */
	readonly warnings?: readonly string[];
	/** ISO 8601, end of the last Sync. */
	readonly lastSync?: string;
	/** The Environment that it moved away from, as long as something of it is there: its document may be gone. */
	readonly leaving?: EnvironmentDocument;
	/** Set once the control documents no longer name it: what its removal still needs to know. */
	readonly removal?: { readonly application: ApplicationDocument; readonly environment: EnvironmentDocument };
}

/** The state of an Application that was never seen before. */
export function newApplicationState(name: string, environment: string): ApplicationState {
	return {
		name,
		environment,
		drift: [],
		holds: [],
		health: { status: "Unknown", message: "not yet looked at" },
		conditions: [],
		inventory: 0,
	};
}
