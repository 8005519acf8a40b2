import type { ObjectRef } from "../../../core/object.ts";
import { textAt } from "../../../health/live-object.ts";
import type { LiveObject } from "../client/client.ts";
import type { Cluster } from "../cluster.ts";
import { containersOf, podType } from "../observe/logs.ts";

/** Lines of each container that are told. */
const tail = 20;
/** Most containers that are told. */
const mostContainers = 4;
/** Longest that is waited for logs, in milliseconds: a node that is gone must not hold the Sync. */
const waitMs = 5000;

/** What a hook printed last, for its error; empty where it printed nothing or cannot be asked. */
export async function lastWords(cluster: Cluster, ref: ObjectRef, uid: string, signal: AbortSignal | undefined): Promise<string> {
	const end = new AbortController();
	const stop = cluster.clock.after(waitMs, () => end.abort());
	const both = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
	try {
		const pods = await podsOf(cluster, ref, uid, both);
		const lines: string[] = [];
		for (const pod of pods.slice(-2)) {
			for (const container of containersOf(pod).slice(0, mostContainers)) {
				const name = { namespace: ref.namespace, name: pod.metadata.name };
				for await (const { text } of cluster.client.log(name, { container, tail, follow: false, signal: both }))
					lines.push(text.slice(0, 500));
			}
		}
		return lines.slice(-tail).join("\n");
	} catch {
		// The hook's failure is what counts; that its logs cannot be read does not hide it.
		return "";
	} finally {
		stop();
	}
}

async function podsOf(
	{ client }: Cluster,
	{ kind, group, namespace, name }: ObjectRef,
	uid: string,
	signal: AbortSignal,
): Promise<readonly LiveObject[]> {
	if (kind === "Pod" && group === "") {
		const pod = await client.get(podType, { namespace, name }, { signal });
		return pod === undefined ? [] : [pod];
	}
	const pods: LiveObject[] = [];
	const labelSelector = kind === "Job" && group === "batch" ? `batch.kubernetes.io/controller-uid=${uid}` : undefined;
	for await (const { items } of client.list(podType, {
		namespace,
		signal,
		most: 2000,
		...(labelSelector === undefined ? {} : { labelSelector }),
	})) {
		pods.push(...items.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true));
	}
	const started = (pod: LiveObject): string => textAt(pod, "metadata", "creationTimestamp");
	return pods.toSorted((a, b) => (started(a) < started(b) ? -1 : 1));
}
