import type { EnvironmentDocument, Policy } from "../../core/documents/environment.ts";
import type { DesiredObject, ObjectRef } from "../../core/object.ts";
import type { HealthAssessor } from "../../health/health.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TargetSettings } from "../../ports/driver.ts";
import type { Log } from "../../ports/log.ts";
import type { Definitions } from "./apply/definitions.ts";
import type { DoneHooks } from "./apply/done-hooks.ts";
import type { Namespaces } from "./apply/namespaces.ts";
import type { KubernetesClient } from "./client/client.ts";
import type { Live } from "./live/live.ts";
import type { Owner } from "./marks.ts";
import type { Existence } from "./observe/existence.ts";

/** What the parts of one opened cluster share. */
export interface Cluster {
	readonly environment: EnvironmentDocument;
	readonly instance: string;
	readonly client: KubernetesClient;
	readonly live: Live;
	readonly health: HealthAssessor;
	readonly namespaces: Namespaces;
	readonly definitions: Definitions;
	readonly doneHooks: DoneHooks;
	readonly existence: Existence;
	readonly clock: Clock;
	readonly log: Log;
}

/** What one Application asks of a cluster at once. */
export interface Work {
	readonly application: string;
	readonly owner: Owner;
	readonly policy: Policy;
	readonly settings: TargetSettings | undefined;
	/** Names the Sync, where it is one. */
	readonly sync: string | undefined;
	readonly signal: AbortSignal | undefined;
}

/** A desired Object and where it stands. */
export interface Wanted {
	readonly desired: DesiredObject;
	readonly ref: ObjectRef;
}

/** The signal as an option, where there is one. */
export function signalOf({ signal }: { readonly signal: AbortSignal | undefined }): { readonly signal?: AbortSignal } {
	return signal === undefined ? {} : { signal };
}

/** The identity as an option, where there is one. */
export function identityOf({ settings }: Work): { readonly as?: NonNullable<TargetSettings["as"]> } {
	return settings?.as === undefined ? {} : { as: settings.as };
}
