import type { Change } from "../../../core/change.ts";
import { optionsOf } from "../../../core/object-options.ts";
import type { Applied, OwnedObject } from "../../../ports/driver.ts";
import { type Cluster, identityOf, signalOf, type Work } from "../cluster.ts";
import { isApplied, isOurs } from "../marks.ts";
import { about, isCode } from "./about.ts";
import { propagations } from "./gone.ts";
import { recordOf } from "./record.ts";
import { findTypeOf } from "./types.ts";

const done: Applied = { record: null };

/**
 * Deletes one Object, if it still is the very one that was made: it is looked at first, for the marks and for annotations that somebody
 * put on it by hand. One that is gone, was made anew by somebody else, is to be kept or is owned under another key is let go.
 */
export async function deleteObject(cluster: Cluster, work: Work, change: Change, owned: OwnedObject | undefined): Promise<Applied> {
	const { client, live } = cluster;
	const { ref, key } = change;
	try {
		const type = await findTypeOf(client.discovery, ref, signalOf(work));
		// Without its definition there is no such object.
		if (type === undefined) return done;
		const found = await client.get(type, ref, { metadataOnly: true, ...signalOf(work) });
		const record = recordOf(owned);
		if (found === undefined) return done;
		const isVeryOne = record === undefined ? isApplied(found.metadata) : record.uid === found.metadata.uid;
		if (!isVeryOne || !isOurs(found.metadata, work.owner, record?.uid)) return done;
		const { keep, propagation } = optionsOf({ ...found, metadata: { ...found.metadata } });
		if (keep) return done;
		if (live.isShared(key)) {
			live.deleted(work.application, key);
			return done;
		}
		if (found.metadata.deletionTimestamp === undefined) {
			live.deleted(work.application, key);
			await client.delete(type, ref, {
				uid: found.metadata.uid,
				propagation: propagations[propagation ?? "background"],
				...identityOf(work),
				...signalOf(work),
			});
		}
		return done;
	} catch (error) {
		work.signal?.throwIfAborted();
		// Another one of its name is none of ours, and a kind that is gone has no objects.
		if (isCode(error, "UidConflict", "UnknownKind")) return done;
		throw about(ref, error);
	} finally {
		if (ref.kind === "Namespace" && ref.group === "") cluster.namespaces.forget(ref.name);
	}
}
