import { AppError } from "../../../core/app-error.ts";
import type { ObjectRef } from "../../../core/object.ts";
import type { ObjectOptions } from "../../../core/object-options.ts";
import type { LiveObject, ResourceType } from "../client/client.ts";
import type { Cluster, Work } from "../cluster.ts";
import { identityOf, signalOf } from "../cluster.ts";
import { isCode } from "./about.ts";
import { awaitObject } from "./await-object.ts";

/** How long finalizers and dependents may take, in milliseconds. */
const limitMs = 5 * 60_000;

export const propagations = { foreground: "Foreground", background: "Background", orphan: "Orphan" } as const;

/** Kinds whose Pods must be gone before a new one of the same name is made. */
const withDependents: ReadonlySet<string> = new Set([
	"Deployment",
	"ReplicaSet",
	"StatefulSet",
	"DaemonSet",
	"Job",
	"CronJob",
	"ReplicationController",
]);

/** Deletes the very object and waits until it is gone. One that is gone, or another one of its name, is none of ours to wait for. */
export async function deleteAndAwait(
	cluster: Cluster,
	work: Work,
	type: ResourceType,
	ref: ObjectRef,
	uid: string,
	propagation: ObjectOptions["propagation"],
): Promise<void> {
	const { client, clock } = cluster;
	const how = propagations[propagation ?? (withDependents.has(ref.kind) ? "foreground" : "background")];
	try {
		const left = await client.delete(type, ref, { uid, propagation: how, ...identityOf(work), ...signalOf(work) });
		if (left === undefined) return;
	} catch (error) {
		if (isCode(error, "UidConflict")) return;
		throw error;
	}
	let last: LiveObject | undefined;
	try {
		await awaitObject(
			client,
			type,
			ref,
			(object) => {
				last = object;
				return object === undefined || object.metadata.uid !== uid ? true : undefined;
			},
			{ signal: work.signal, clock, limitMs, what: "the old one to be deleted" },
		);
	} catch (error) {
		const finalizers = last?.metadata.finalizers ?? [];
		if (!isCode(error, "WaitedTooLong") || finalizers.length === 0) throw error;
		throw new AppError(`${error.message}: finalizers hold it: ${finalizers.join(", ")}`, {
			code: error.code,
			kind: error.kind,
			cause: error,
			hint: "Whatever set a finalizer must be running to take it away.",
		});
	}
}
