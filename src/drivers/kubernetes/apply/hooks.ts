import { createHash } from "node:crypto";
import { AppError } from "../../../core/app-error.ts";
import type { Change } from "../../../core/change.ts";
import { hashObject } from "../../../core/hash.ts";
import type { DesiredObject, ObjectRef } from "../../../core/object.ts";
import { optionsOf } from "../../../core/object-options.ts";
import type { Applied, TargetOptions } from "../../../ports/driver.ts";
import type { LiveObject, ResourceType } from "../client/client.ts";
import { type Cluster, identityOf, signalOf, type Work } from "../cluster.ts";
import { fieldManager, hookAnnotation, hookRunAnnotation, ownerAnnotation, ownerText } from "../marks.ts";
import { about, isCode, isPrecondition } from "./about.ts";
import { awaitObject } from "./await-object.ts";
import { withPrecondition } from "./body.ts";
import { isDefinition } from "./definitions.ts";
import { foreignError } from "./foreign.ts";
import { deleteAndAwait, propagations } from "./gone.ts";
import { outcomeOf } from "./hook-outcome.ts";
import { lastWords } from "./hook-output.ts";
import { demandType } from "./types.ts";

/** Longest time that a hook may take, in milliseconds. */
const limitMs = 30 * 60_000;

interface Hook {
	readonly type: ResourceType;
	readonly ref: ObjectRef;
	readonly body: Record<string, unknown> & { readonly metadata: Record<string, unknown> };
	/** Names what is run, for which Sync and in which phase. */
	readonly run: string;
}

/**
 * Runs one hook to its end: makes its Object, waits until it is done, deletes it as its policy says. Safe to repeat: one that was made
 * for the same Sync is awaited, not made again, and neither is one that succeeded for it and was deleted.
 */
export async function runHook(cluster: Cluster, work: Work, change: Change, options: TargetOptions): Promise<Applied> {
	const { desired, ref: given } = change;
	if (desired === undefined) throw new Error(`nothing is desired of ${change.key}`);
	let ref = given;
	try {
		const type = await demandType(cluster.client.discovery, desired, signalOf(work));
		const hook = hookOf(desired, change, type, work);
		({ ref } = hook);
		const deletion = optionsOf(desired).hookDeletion;
		if (work.sync !== undefined && (await cluster.doneHooks.has(hook.run))) {
			if (deletion.includes("succeeded")) await removeRest(cluster, work, hook);
			return { record: null };
		}
		if (type.namespaced) await cluster.namespaces.ensure(ref.namespace, options);
		const { object, warnings } = await start(cluster, work, hook, deletion.includes("before"));
		const error = await outcome(cluster, work, hook, object);
		if (error === undefined && work.sync !== undefined) await cluster.doneHooks.add(hook.run);
		if (deletion.includes(error === undefined ? "succeeded" : "failed")) await remove(cluster, work, hook, object);
		if (error !== undefined) throw error;
		return { record: null, ...(warnings.length === 0 ? {} : { warnings }) };
	} catch (error) {
		work.signal?.throwIfAborted();
		throw about(ref, error);
	}
}

function hookOf(desired: DesiredObject, { ref: given, hook: phase }: Change, type: ResourceType, work: Work): Hook {
	const run = createHash("sha256")
		.update(JSON.stringify([ownerText(work.owner), phase, work.sync ?? "", hashObject(desired)]))
		.digest("hex")
		.slice(0, 40);
	const { generateName, ...rest } = desired.metadata as DesiredObject["metadata"] & { readonly generateName?: unknown };
	// A name that follows from what is run: a repeated start finds the first one.
	const isGenerated = typeof generateName === "string" && (given.name === "" || given.name === generateName);
	const name = isGenerated ? `${generateName}${run.slice(0, 10)}` : given.name;
	const metadata: Record<string, unknown> = {
		...rest,
		name,
		annotations: {
			...desired.metadata.annotations,
			[ownerAnnotation]: ownerText(work.owner),
			[hookAnnotation]: work.owner.instance,
			[hookRunAnnotation]: run,
		},
	};
	if (!type.namespaced) delete metadata["namespace"];
	return { type, ref: { ...given, name }, body: { ...desired, metadata }, run };
}

function isOurHook({ metadata }: LiveObject, { owner }: Work): boolean {
	return metadata.annotations?.[hookAnnotation] === owner.instance && metadata.annotations[ownerAnnotation] === ownerText(owner);
}

interface Started {
	readonly object: LiveObject;
	readonly warnings: readonly string[];
}

/** Makes the hook's Object, or finds the one that is on its way for the same run. */
async function start(cluster: Cluster, work: Work, hook: Hook, deletesBefore: boolean): Promise<Started> {
	const { client } = cluster;
	const { type, ref, body, run } = hook;
	const write = { fieldManager, ...identityOf(work), ...signalOf(work) };
	for (let tries = 1; ; tries += 1) {
		try {
			const made = { ...body, metadata: withPrecondition(body.metadata, { absent: true }) };
			const result = await client.apply(type, ref, made, { ...write, force: true });
			if (isDefinition(result.object)) await cluster.definitions.established(type, result.object, signalOf(work));
			return result;
		} catch (error) {
			if (!isPrecondition(error) || tries >= 3) throw error;
		}
		const live = await client.get(type, ref, signalOf(work));
		if (live === undefined) continue;
		if (!isOurHook(live, work)) throw foreignError(live, work.owner);
		const isSameRun = live.metadata.annotations?.[hookRunAnnotation] === run;
		// Without the name of a Sync one that is done may be an earlier Sync's; one that still runs is this one's.
		const isDone = (await outcomeOf(cluster.health, live)) !== undefined;
		if (isSameRun && live.metadata.deletionTimestamp === undefined && (work.sync !== undefined || !isDone))
			return { object: live, warnings: [] };
		if (deletesBefore || isRunOnce(ref)) await deleteAndAwait(cluster, work, type, ref, live.metadata.uid, "background");
		else
			return client.apply(
				type,
				ref,
				{ ...body, metadata: withPrecondition(body.metadata, { uid: live.metadata.uid }) },
				{ ...write, force: true },
			);
	}
}

/** What is done when it is done: applied again it would not run again. */
function isRunOnce({ group, kind }: ObjectRef): boolean {
	return (group === "batch" && kind === "Job") || (group === "" && kind === "Pod");
}

/** Waits for the end; undefined where it went well. */
async function outcome(cluster: Cluster, work: Work, hook: Hook, object: LiveObject): Promise<AppError | undefined> {
	const { uid } = object.metadata;
	const { type, ref } = hook;
	const what = "the hook to be done";
	const result = await awaitObject(
		cluster.client,
		type,
		ref,
		(now) => {
			if (now === undefined || now.metadata.uid !== uid) return { succeeded: false, message: "it was deleted before it was done" };
			return outcomeOf(cluster.health, now);
		},
		{ signal: work.signal, clock: cluster.clock, limitMs, what },
	);
	if (result.succeeded) return undefined;
	const words = await lastWords(cluster, ref, uid, work.signal);
	return new AppError(`the hook failed: ${result.message}${words === "" ? "" : `\n${words}`}`, {
		code: "HookFailed",
		kind: "conflict",
		hint: "Mend what it runs; the next Sync runs it again.",
	});
}

/** Deletes what a kill left of a hook that succeeded. */
async function removeRest(cluster: Cluster, work: Work, hook: Hook): Promise<void> {
	const live = await cluster.client.get(hook.type, hook.ref, { metadataOnly: true, ...signalOf(work) });
	if (live === undefined || !isOurHook(live, work) || live.metadata.annotations?.[hookRunAnnotation] !== hook.run) return;
	await remove(cluster, work, hook, live);
}

async function remove({ client }: Cluster, work: Work, { type, ref }: Hook, { metadata }: LiveObject): Promise<void> {
	try {
		await client.delete(type, ref, { uid: metadata.uid, propagation: propagations.background, ...identityOf(work), ...signalOf(work) });
	} catch (error) {
		if (!isCode(error, "UidConflict")) throw error;
	}
}
