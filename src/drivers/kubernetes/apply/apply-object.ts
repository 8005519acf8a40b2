import { AppError } from "../../../core/app-error.ts";
import type { Change } from "../../../core/change.ts";
import { annotation } from "../../../core/object.ts";
import type { Applied, OwnedObject } from "../../../ports/driver.ts";
import type { ApplyResult, LiveObject } from "../client/client.ts";
import { type Cluster, identityOf, signalOf, type Work } from "../cluster.ts";
import { isOurs } from "../marks.ts";
import { about, isCode, isKind, isPrecondition } from "./about.ts";
import { isDefinition } from "./definitions.ts";
import { foreignError } from "./foreign.ts";
import { deleteAndAwait } from "./gone.ts";
import { afterReset, clientSideEntries, migrate, wasReset } from "./migrate.ts";
import { pause } from "./pause.ts";
import { recordOf } from "./record.ts";
import { type Applying, applyingOf, mayReplace, send } from "./request.ts";
import { demandType, unknownKind } from "./types.ts";

/** How often an apply is tried whose precondition did not hold, as the object came or went meanwhile. */
const mostTries = 3;

/** How often an Object is read anew that changes before it is written. */
const mostLooks = 6;

interface Attempt {
	readonly cluster: Cluster;
	readonly work: Work;
	readonly applying: Applying;
	readonly owned: OwnedObject | undefined;
}

/**
 * Makes, changes or replaces one Object. What is to be made is only made: where the Object stands there already, it is taken only where
 * it is ours or may be adopted. What is to be changed is only changed, and only the very object that was applied before.
 */
export async function applyObject(cluster: Cluster, work: Work, change: Change, owned: OwnedObject | undefined): Promise<Applied> {
	try {
		try {
			return await applyOnce(cluster, work, change, owned);
		} catch (error) {
			// The kind was known and its address is not: its definition has just been established, or has just gone.
			if (!isCode(error, "UnknownKind") || isKind(error, "notFound")) throw error;
			cluster.client.discovery.forget();
			await pause(cluster.clock, 200, work.signal);
			return await again(cluster, work, change, owned);
		}
	} catch (error) {
		work.signal?.throwIfAborted();
		throw about(change.ref, error);
	}
}

async function again(cluster: Cluster, work: Work, change: Change, owned: OwnedObject | undefined): Promise<Applied> {
	try {
		return await applyOnce(cluster, work, change, owned);
	} catch (error) {
		if (change.desired === undefined || !isCode(error, "UnknownKind")) throw error;
		cluster.client.discovery.forget();
		throw unknownKind(change.desired);
	}
}

async function applyOnce(cluster: Cluster, work: Work, change: Change, owned: OwnedObject | undefined): Promise<Applied> {
	const { desired, ref, key } = change;
	if (desired === undefined) throw new Error(`nothing is desired of ${key}`);
	const rules = work.settings?.driftRules ?? [];
	const type = await demandType(cluster.client.discovery, desired, signalOf(work));
	const attempt: Attempt = { cluster, work, applying: applyingOf(desired, ref, type, work), owned };
	if (type.namespaced) await cluster.namespaces.ensure(ref.namespace, { ...signalOf(work), ...settingsOf(work) });
	const written = cluster.live.writing(work.application, key, type);
	try {
		const { result, existed } = await inNamespace(attempt, () => carryOut(attempt, change));
		if (result === undefined) return { record: owned?.record ?? null, existed: true };
		return {
			record: { ...cluster.live.wrote(work.application, key, type, result.object, rules) },
			...(existed ? { existed } : {}),
			...(result.warnings.length === 0 ? {} : { warnings: result.warnings }),
		};
	} finally {
		written();
	}
}

function settingsOf({ settings }: Work): { readonly settings?: NonNullable<Work["settings"]> } {
	return settings === undefined ? {} : { settings };
}

interface Outcome {
	/** Undefined: it was left as it is. */
	readonly result: ApplyResult | undefined;
	readonly existed: boolean;
}

/** A namespace that is gone since it was seen is made once more, where it is to be made. */
async function inNamespace({ cluster, work, applying }: Attempt, run: () => Promise<Outcome>): Promise<Outcome> {
	const { type, ref } = applying;
	try {
		return await run();
	} catch (error) {
		if (!type.namespaced || !isCode(error, "NamespaceNotFound")) throw error;
		cluster.namespaces.forget(ref.namespace);
		if (work.settings?.createNamespace === undefined) throw error;
		await cluster.namespaces.ensure(ref.namespace, { ...signalOf(work), ...settingsOf(work) });
		return run();
	}
}

async function carryOut(attempt: Attempt, change: Change): Promise<Outcome> {
	const { applying, cluster } = attempt;
	const outcome =
		change.action === "create"
			? await create(attempt, 1)
			: change.action === "replace" || applying.options.replace === "always"
				? await replace(attempt)
				: await update(attempt, 1);
	const { result } = outcome;
	if (result === undefined) return outcome;
	if (isDefinition(applying.desired)) await cluster.definitions.established(applying.type, result.object, signalOf(attempt.work));
	else if (applying.ref.kind === "Namespace" && applying.ref.group === "") cluster.namespaces.seen(applying.ref.name);
	if (result.created) cluster.existence.made(applying.type, applying.ref);
	return outcome;
}

async function create(attempt: Attempt, tries: number): Promise<Outcome> {
	const { cluster, work, applying, owned } = attempt;
	try {
		return { result: await send(cluster, work, applying, { absent: true }, undefined, false), existed: false };
	} catch (error) {
		if (!isPrecondition(error)) throw error;
		cluster.existence.forget(applying.type);
		const live = await look(attempt);
		if (live === undefined) {
			if (tries >= mostTries) throw error;
			return create(attempt, tries + 1);
		}
		if (isOurs(live.metadata, work.owner, recordOf(owned)?.uid)) {
			demandStaying(live);
			return change(attempt, live, tries);
		}
		if (applying.options.ifAbsent) return { result: undefined, existed: true };
		if (!applying.options.adopt) throw foreignError(live, work.owner);
		return { ...(await change(attempt, live, tries)), existed: true };
	}
}

/** What is on its way out cannot be kept by applying it: it is made anew once it is gone. */
function demandStaying({ metadata }: LiveObject): void {
	if (metadata.deletionTimestamp === undefined) return;
	const finalizers = metadata.finalizers ?? [];
	throw new AppError(`it is being deleted${finalizers.length === 0 ? "" : `, held by ${finalizers.join(", ")}`}`, {
		code: "ObjectTerminating",
		kind: "unavailable",
		hint: "It is made anew once it is gone.",
	});
}

async function update(attempt: Attempt, tries: number): Promise<Outcome> {
	const { applying, owned } = attempt;
	const record = recordOf(owned);
	// Without a record it was never applied: it is adopted, or a kill came before the record. Rules need to know what others set.
	if (record === undefined || applying.ignoring.length > 0) {
		const live = await look(attempt);
		return live === undefined ? create(attempt, tries) : change(attempt, live, tries);
	}
	return changeExactly(attempt, record.uid, undefined, tries);
}

/** Changes what was just looked at. */
async function change(attempt: Attempt, live: LiveObject, tries: number): Promise<Outcome> {
	const { cluster, work, applying, owned } = attempt;
	let now = live;
	if (recordOf(owned) === undefined && clientSideEntries(live).length > 0) {
		try {
			now = await migrate(cluster.client, applying.type, applying.ref, live, { ...identityOf(work), ...signalOf(work) });
		} catch (error) {
			if (!isPrecondition(error) || tries >= mostTries) throw error;
			const again = await look(attempt);
			return again === undefined ? create(attempt, tries + 1) : change(attempt, again, tries + 1);
		}
	}
	return changeExactly(attempt, now.metadata.uid, now, tries);
}

async function changeExactly(attempt: Attempt, uid: string, live: LiveObject | undefined, tries: number): Promise<Outcome> {
	const { cluster, work, applying } = attempt;
	try {
		const result = await (live === undefined || applying.ignoring.length === 0
			? send(cluster, work, applying, { uid }, live, false)
			: sendAround(attempt, live));
		if (recordOf(attempt.owned) === undefined || !wasReset(result.object)) return { result, existed: false };
		const object = await afterReset(cluster.client, applying.type, applying.ref, result.object, { ...identityOf(work), ...signalOf(work) });
		return { result: { ...result, object }, existed: false };
	} catch (error) {
		if (isPrecondition(error)) {
			if (tries >= mostTries) throw error;
			// It is gone, or another one of its name stands there: either way it is a matter of making it.
			return create(attempt, tries + 1);
		}
		if (!isCode(error, "FieldImmutable")) throw error;
		if (mayReplace(applying, work)) return replace(attempt);
		throw new AppError(error.message, {
			code: error.code,
			kind: error.kind,
			cause: error,
			hint: `Only a replacement leads there: annotate it with ${annotation.replace}: "immutable", or say \`replace: immutable\` in the Environment's policy.`,
		});
	}
}

/**
 * Changes an Object of which rules leave fields to others, and only as it was read: what others set since must not be set back. What changes
 * all the time, as a status may, is changed in the end whatever came in between.
 */
async function sendAround(attempt: Attempt, live: LiveObject): Promise<ApplyResult> {
	const { cluster, work, applying } = attempt;
	const { uid } = live.metadata;
	let now = live;
	for (let looks = 1; looks < mostLooks; looks += 1) {
		try {
			return await send(cluster, work, applying, { uid, version: now.metadata.resourceVersion }, now, false);
		} catch (error) {
			if (!isPrecondition(error)) throw error;
			await pause(cluster.clock, 10 * looks, work.signal);
			const again = await look(attempt);
			if (again?.metadata.uid !== uid) throw error;
			now = again;
		}
	}
	return send(cluster, work, applying, { uid }, now, false);
}

async function replace(attempt: Attempt): Promise<Outcome> {
	const { cluster, work, applying, owned } = attempt;
	const { type, ref, options } = applying;
	if (options.replace === "never" || (options.replace === undefined && !mayReplace(applying, work))) {
		throw new AppError("only a replacement leads to what is desired, and that is not allowed", {
			code: "FieldImmutable",
			kind: "invalid",
			hint: `Annotate it with ${annotation.replace}: "immutable".`,
		});
	}
	const live = await look(attempt);
	if (live === undefined) return create(attempt, 1);
	if (!isOurs(live.metadata, work.owner, recordOf(owned)?.uid)) throw foreignError(live, work.owner);
	if (owned?.created === false) {
		throw new AppError("only a replacement leads to what is desired, but it was adopted, and Gitward deletes only what it made", {
			code: "FieldImmutable",
			kind: "invalid",
			hint: "Delete it by hand: Gitward then makes it anew.",
		});
	}
	await deleteAndAwait(cluster, work, type, ref, live.metadata.uid, options.propagation);
	return create(attempt, 1);
}

function look({ cluster, work, applying }: Attempt): Promise<LiveObject | undefined> {
	return cluster.client.get(applying.type, applying.ref, signalOf(work));
}
