import { keyOf, type ObjectKey } from "../../../core/object.ts";
import { countAt, textAt } from "../../../health/live-object.ts";
import type { OwnedObject, TargetNote, TargetOptions } from "../../../ports/driver.ts";
import type { LiveObject } from "../client/client.ts";
import { childrenOf, type TreeOptions } from "./children.ts";

const mostNotes = 1000;
const mostListed = 20_000;

/** Events of owned Objects and of what stands beneath them, oldest first. */
export async function notesOf(tree: TreeOptions, owned: readonly OwnedObject[], options: TargetOptions): Promise<readonly TargetNote[]> {
	const signal = options.signal === undefined ? {} : { signal: options.signal };
	const type = await tree.client.discovery.find("", "Event", "v1", signal);
	if (type === undefined) return [];
	const keys = new Set<ObjectKey>(owned.map(({ key }) => key));
	for (const { key } of await childrenOf(tree, owned, options)) keys.add(key);
	const notes: TargetNote[] = [];
	for (const namespace of new Set(owned.map(({ ref }) => ref.namespace))) {
		if (namespace === "") continue;
		for await (const page of tree.client.list(type, { namespace, most: mostListed, ...signal })) {
			for (const event of page.items) {
				const key = aboutOf(event);
				if (keys.has(key)) notes.push(noteOf(key, event));
			}
		}
	}
	return notes.toSorted((a, b) => (a.time < b.time ? -1 : 1)).slice(-mostNotes);
}

function aboutOf(event: LiveObject): ObjectKey {
	const apiVersion = textAt(event, "involvedObject", "apiVersion");
	return keyOf({
		group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
		kind: textAt(event, "involvedObject", "kind"),
		namespace: textAt(event, "involvedObject", "namespace"),
		name: textAt(event, "involvedObject", "name"),
	});
}

function noteOf(key: ObjectKey, event: LiveObject): TargetNote {
	const times = [textAt(event, "series", "lastObservedTime"), textAt(event, "lastTimestamp"), textAt(event, "eventTime")];
	return {
		key,
		time: times.find((time) => time !== "") ?? event.metadata.creationTimestamp ?? "",
		type: textAt(event, "type") === "Warning" ? "warning" : "info",
		reason: textAt(event, "reason"),
		message: textAt(event, "message"),
		count: Math.max(countAt(event, "count"), countAt(event, "series", "count"), 1),
	};
}
