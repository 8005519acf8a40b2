import type { DriftRule } from "../../../core/documents/environment.ts";
import type { DesiredObject, ObjectRef } from "../../../core/object.ts";
import { type ObjectOptions, optionsOf } from "../../../core/object-options.ts";
import type { ApplyResult, LiveObject, ResourceType } from "../client/client.ts";
import { type Cluster, identityOf, signalOf, type Work } from "../cluster.ts";
import { fieldManager } from "../marks.ts";
import { bodyOf, type Precondition } from "./body.ts";
import { keepIgnored, rulesFor } from "./kept-fields.ts";

/** One desired Object on its way into the cluster. */
export interface Applying {
	readonly desired: DesiredObject;
	readonly ref: ObjectRef;
	readonly type: ResourceType;
	readonly options: ObjectOptions;
	/** Rules that leave fields of it to others. */
	readonly ignoring: readonly DriftRule[];
}

export function applyingOf(desired: DesiredObject, ref: ObjectRef, type: ResourceType, work: Work): Applying {
	return { desired, ref, type, options: optionsOf(desired), ignoring: rulesFor(work.settings?.driftRules ?? [], ref) };
}

/** Whether it is replaced where only that leads to what is desired. */
export function mayReplace({ options, ref }: Applying, { policy }: Work): boolean {
	if (options.replace !== undefined) return options.replace !== "never";
	// What a namespace, a definition or a volume takes with it is more than a policy can mean; it takes an annotation.
	const isHeavy = ["Namespace", "CustomResourceDefinition", "PersistentVolume", "PersistentVolumeClaim"].includes(ref.kind);
	return policy.replace === "immutable" && !isHeavy;
}

/** Whether fields that others own are taken. */
export function isForced({ options }: Applying, { policy }: Work): boolean {
	return (options.conflicts ?? policy.conflicts) === "force";
}

/**
 * The one request by which anything is made or changed: the plan sends it as a dry run. `live` is needed where rules leave fields to
 * others and the Object exists: their fields are sent as they were read.
 */
export function send(
	{ client }: Cluster,
	work: Work,
	applying: Applying,
	precondition: Precondition,
	live: LiveObject | undefined,
	dryRun: boolean,
): Promise<ApplyResult> {
	const { desired, type, ref, ignoring } = applying;
	const left = ignoring.length === 0 ? undefined : live;
	const body = bodyOf(desired, type, work.owner, precondition);
	return client.apply(type, ref, left === undefined ? body : keepIgnored(body, left, ignoring), {
		fieldManager,
		// Where nothing is there, there is nobody to take from.
		force: "absent" in precondition || isForced(applying, work),
		dryRun,
		...identityOf(work),
		...signalOf(work),
	});
}
