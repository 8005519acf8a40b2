import { AppError } from "../../../core/app-error.ts";
import type { Observation } from "../../../core/change.ts";
import { annotation } from "../../../core/object.ts";
import type { OwnedObject } from "../../../ports/driver.ts";
import { about, isCode, isPrecondition } from "../apply/about.ts";
import { rulesAbout } from "../apply/kept-fields.ts";
import { clientSideEntries } from "../apply/migrate.ts";
import { recordOf } from "../apply/record.ts";
import { type Applying, applyingOf, mayReplace, send } from "../apply/request.ts";
import { findType } from "../apply/types.ts";
import type { ApplyResult, LiveObject } from "../client/client.ts";
import { type Cluster, signalOf, type Wanted, type Work } from "../cluster.ts";
import { describeOwner, isOurs } from "../marks.ts";
import { differencesOf, isSecret, wholeObject } from "./differences.ts";
import { explained } from "./explained.ts";
import { laidOver } from "./laid-over.ts";
import { withoutFields } from "./without-fields.ts";

/** How often an Object is looked at that changes while it is. */
const mostTries = 4;

/** How one Object stands, found out by the very request that would be sent for it, as a dry run. */
export async function planObject(
	cluster: Cluster,
	work: Work,
	key: string,
	wanted: Wanted,
	owned: OwnedObject | undefined,
): Promise<Observation> {
	const { desired, ref } = wanted;
	const secret = isSecret(desired);
	const whole = (object: Readonly<Record<string, unknown>>): Observation => ({
		key,
		state: "missing",
		differences: wholeObject(object, secret),
	});
	try {
		const type = await findType(cluster.client.discovery, desired, signalOf(work));
		// Its definition may come with the same plan, or by something that the plan starts.
		if (type === undefined) return whole(desired);
		const applying = applyingOf(desired, ref, type, work);
		const rules = rulesAbout(work.settings?.driftRules ?? [], ref);
		for (let tries = 1; ; tries += 1) {
			const live = await cluster.client.get(type, ref, signalOf(work));
			if (live === undefined) return whole(await planMissing(cluster, work, applying));
			const foreign = isOurs(live.metadata, work.owner, recordOf(owned)?.uid)
				? undefined
				: { owner: describeOwner(live.metadata, work.owner) };
			const common = {
				key,
				...(foreign === undefined ? {} : { foreign: true }),
				...(foreign?.owner === undefined ? {} : { owner: foreign.owner }),
			};
			const result = await dryRun(cluster, work, applying, live, foreign !== undefined);
			if (result === "gone" && tries < mostTries) continue;
			if (typeof result === "string") {
				const state = result === "immutable" ? "immutable" : "different";
				return { ...common, state, differences: explained(differencesIn(desired, live, secret), live, rules) };
			}
			// A dry run tells the version that it started from: another one than was read has differences that are not the apply's.
			if (result.object.metadata.resourceVersion !== live.metadata.resourceVersion && tries < mostTries) continue;
			const after = recordOf(owned) === undefined ? afterMigration(live, result.object) : result.object;
			const differences = explained(differencesOf(live, after, secret), live, rules);
			const changed = applying.options.replace === "always" ? "immutable" : "different";
			return { ...common, state: differences.length === 0 ? "same" : changed, differences };
		}
	} catch (error) {
		work.signal?.throwIfAborted();
		if (isCode(error, "UnknownKind")) return whole(desired);
		throw about(ref, error);
	}
}

/** What would be made; as it is desired where its namespace comes with the same plan. */
async function planMissing(cluster: Cluster, work: Work, applying: Applying): Promise<Readonly<Record<string, unknown>>> {
	try {
		const { object } = await send(cluster, work, applying, { absent: true }, undefined, true);
		const {
			managedFields: _fields,
			resourceVersion: _version,
			uid: _uid,
			creationTimestamp: _time,
			generation: _generation,
			...metadata
		} = object.metadata;
		return { ...object, metadata };
	} catch (error) {
		if (isCode(error, "NamespaceNotFound", "UnknownKind", "NamespaceTerminating") || isPrecondition(error) || isWithoutDryRun(error)) {
			return applying.desired;
		}
		throw error;
	}
}

/** The Object as the apply would leave it; `unknown` where that cannot be known without doing it, `gone` where it is another one by now. */
async function dryRun(
	cluster: Cluster,
	work: Work,
	applying: Applying,
	live: LiveObject,
	isForeign: boolean,
): Promise<ApplyResult | "immutable" | "unknown" | "gone"> {
	try {
		return await send(cluster, work, applying, { uid: live.metadata.uid }, live, true);
	} catch (error) {
		if (isPrecondition(error)) return "gone";
		// It is left alone unless it is adopted, and the apply then says so.
		if (isForeign && isCode(error, "FieldConflict")) return "unknown";
		if (isCode(error, "FieldImmutable")) {
			if (mayReplace(applying, work)) return "immutable";
			if (isForeign) return "unknown";
			throw new AppError(error.message, {
				code: error.code,
				kind: error.kind,
				cause: error,
				hint: `Only a replacement leads there: annotate it with ${annotation.replace}: "immutable", or say \`replace: immutable\` in the Environment's policy.`,
			});
		}
		if (!isWithoutDryRun(error)) throw error;
		cluster.log.warn("no dry run, as a webhook does not support it: fields that the cluster fills in are not in the plan", {
			object: applying.ref,
			error: error instanceof Error ? error.message : String(error),
		});
		return "unknown";
	}
}

function isWithoutDryRun(error: unknown): boolean {
	return error instanceof AppError && /does not support dry ?run/iu.test(error.message);
}

/** A first apply hands over what a client-side apply owned: what is not desired of it goes. */
function afterMigration(live: LiveObject, after: LiveObject): LiveObject {
	const entries = clientSideEntries(live);
	return entries.length === 0 ? after : withoutFields(after, entries);
}

/** Without the server's help: what of the desired fields is otherwise live. */
export function differencesIn(desired: Readonly<Record<string, unknown>>, live: LiveObject, secret: boolean): Observation["differences"] {
	return differencesOf(live, laidOver(live, desired), secret);
}
