import type { Observation } from "../../../core/change.ts";
import { hashObject } from "../../../core/hash.ts";
import { type DesiredObject, keyOf, type ObjectKey, refOf } from "../../../core/object.ts";
import type { ObserveOptions, OwnedObject } from "../../../ports/driver.ts";
import { isCode } from "../apply/about.ts";
import { rulesAbout } from "../apply/kept-fields.ts";
import { recordOf } from "../apply/record.ts";
import { findType, findTypeOf } from "../apply/types.ts";
import type { ResourceType } from "../client/client.ts";
import { type Cluster, signalOf, type Wanted, type Work } from "../cluster.ts";
import { driftOf } from "./drift.ts";
import { eachOf, metadataOf } from "./existence.ts";
import { planObject } from "./plan-object.ts";

/** Dry runs at a time, of one Application. */
const parallel = 8;

/** How desired and owned Objects stand; see Target.observe. */
export async function observe(
	cluster: Cluster,
	work: Work,
	desired: readonly DesiredObject[],
	owned: readonly OwnedObject[],
	purpose: NonNullable<ObserveOptions["purpose"]>,
): Promise<readonly Observation[]> {
	work.signal?.throwIfAborted();
	const { live } = cluster;
	const ownedByKey = new Map(owned.map((each) => [each.key, each]));
	const found = new Map<ObjectKey, Observation>();
	const unsure: { readonly key: ObjectKey; readonly wanted: Wanted; readonly owned: OwnedObject | undefined }[] = [];
	const strangers: { readonly key: ObjectKey; readonly wanted: Wanted; readonly type: ResourceType }[] = [];
	const wantedKeys = new Set<ObjectKey>();
	await readyFor(cluster, work, owned);
	for (const object of desired) {
		const ref = refOf(object);
		const key = keyOf(ref);
		const wanted: Wanted = { desired: object, ref };
		const entry = ownedByKey.get(key);
		wantedKeys.add(key);
		// A claim is no more than a wish: a kill may have come before the object was made, and somebody else may have made it since.
		const isApplied = entry !== undefined && entry.desiredHash !== "" && recordOf(entry) !== undefined;
		if (!isApplied) {
			if (purpose === "plan") {
				unsure.push({ key, wanted, owned: entry });
				continue;
			}
			const type = await findType(cluster.client.discovery, object, signalOf(work));
			if (type === undefined) found.set(key, { key, state: "missing", differences: [] });
			else strangers.push({ key, wanted, type });
			continue;
		}
		const { state, object: now } = live.known(work.application, key);
		const isSame = entry.desiredHash === hashObject(object);
		if (state === "missing" && purpose !== "plan") found.set(key, { key, state: "missing", differences: [] });
		else if (state === "same" && isSame) found.set(key, { key, state: "same", differences: [] });
		else if (purpose === "drift" && state === "drifted") {
			const type = now === undefined ? undefined : await findType(cluster.client.discovery, object, signalOf(work));
			const rules = work.settings?.driftRules ?? [];
			if (now !== undefined && type !== undefined)
				found.set(key, { key, state: "different", differences: driftOf(object, type, work.owner, rules, now) });
			// It is not at hand, as too many drifted at once: what rules say needs the fields, and so does whoever only tells of them.
			else if (rulesAbout(rules, ref).some(({ mode }) => mode !== "ignore")) unsure.push({ key, wanted, owned: entry });
			else found.set(key, { key, state: "different", differences: [] });
		} else if (purpose === "sync" && (state === "drifted" || !isSame)) found.set(key, { key, state: "different", differences: [] });
		else unsure.push({ key, wanted, owned: entry });
	}
	const existing = await existingAmong(cluster, work, strangers);
	for (const { key, wanted } of strangers) {
		if (existing.has(key)) unsure.push({ key, wanted, owned: ownedByKey.get(key) });
		else found.set(key, { key, state: "missing", differences: [] });
	}
	await eachOf(unsure, parallel, async (each) => {
		found.set(each.key, await settle(cluster, work, each.key, each.wanted, each.owned, purpose));
	});
	const leftovers = owned.filter((each) => !wantedKeys.has(each.key));
	await eachOf(leftovers, parallel, async (each) => {
		found.set(each.key, await observeLeftover(cluster, work, each, purpose));
	});
	const keys = [...wantedKeys, ...leftovers.map((each) => each.key)];
	return keys.flatMap((key) => found.get(key) ?? []);
}

/** Waits until what is known of the owned kinds is known; a kind that the server does not know any more has nothing to wait for. */
async function readyFor({ live, client }: Cluster, work: Work, owned: readonly OwnedObject[]): Promise<void> {
	const seen = new Set<string>();
	for (const entry of owned) {
		const kind = `${entry.ref.kind}.${entry.ref.group}`;
		if (seen.has(kind) || recordOf(entry) === undefined) continue;
		seen.add(kind);
		const type = await findTypeOf(client.discovery, entry.ref, signalOf(work));
		if (type === undefined) continue;
		try {
			await live.ready(type, signalOf(work));
		} catch (error) {
			if (!isCode(error, "UnknownKind")) throw error;
		}
	}
}

/** Keys of those Objects, of which nothing is known, that exist. */
async function existingAmong(
	cluster: Cluster,
	work: Work,
	strangers: readonly { readonly key: ObjectKey; readonly wanted: Wanted; readonly type: ResourceType }[],
): Promise<ReadonlySet<ObjectKey>> {
	const keys = new Set<ObjectKey>();
	for (const members of Map.groupBy(strangers, ({ type }) => type).values()) {
		const [first] = members;
		if (first === undefined) continue;
		const names = members.map(({ wanted }) => wanted.ref);
		const existing = await cluster.existence.among(first.type, names, signalOf(work));
		for (const { key, wanted } of members) if (existing.has(wanted.ref)) keys.add(key);
	}
	return keys;
}

/** Asks the server about one Object of which too little is known. */
async function settle(
	cluster: Cluster,
	work: Work,
	key: ObjectKey,
	wanted: Wanted,
	owned: OwnedObject | undefined,
	purpose: NonNullable<ObserveOptions["purpose"]>,
): Promise<Observation> {
	const record = recordOf(owned);
	const { desired, ref } = wanted;
	if (purpose !== "plan" && record !== undefined && owned?.desiredHash === hashObject(desired)) {
		const type = await findType(cluster.client.discovery, desired, signalOf(work));
		const now = type === undefined ? undefined : await metadataOf(cluster.client, type, ref, signalOf(work));
		if (now === undefined) return { key, state: "missing", differences: [] };
		if (now.uid === record.uid && now.resourceVersion === record.version) return { key, state: "same", differences: [] };
	}
	return planObject(cluster, work, key, wanted, owned);
}

/** An owned Object that is not desired any more: whether it is still there. */
async function observeLeftover(
	{ live, client }: Cluster,
	work: Work,
	{ key, ref }: OwnedObject,
	purpose: NonNullable<ObserveOptions["purpose"]>,
): Promise<Observation> {
	const { state } = live.known(work.application, key);
	const there: Observation = { key, state: "same", differences: [] };
	if (state === "missing") return { ...there, state: "missing" };
	// Its deletion finds out by itself whether there is something to delete.
	if (state !== "unknown" || purpose !== "plan") return there;
	const type = await findTypeOf(client.discovery, ref, signalOf(work));
	const now = type === undefined ? undefined : await metadataOf(client, type, ref, signalOf(work));
	return now === undefined ? { ...there, state: "missing" } : there;
}
