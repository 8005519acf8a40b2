import { AppError } from "../../../core/app-error.ts";
import { type ObjectKey, parseKey } from "../../../core/object.ts";
import { at, listAt, textAt } from "../../../health/live-object.ts";
import type { LogLine } from "../../../ports/driver.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import { findTypeOf } from "../apply/types.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";

export const podType: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: [] };

/** Most Pods whose logs are shown side by side, the newest. */
const mostPods = 10;

export interface LogOptions extends SignalOption {
	readonly tail: number;
	readonly follow: boolean;
}

/** Names of a Pod's containers, those that start it first. */
export function containersOf(pod: LiveObject): readonly string[] {
	return [...listAt(pod, "spec", "initContainers"), ...listAt(pod, "spec", "containers")].map((container) => textAt(container, "name"));
}

/** The logs of a Pod, or of the Pods of a workload. Lines of several containers carry their names. */
export async function* logsOf(client: KubernetesClient, key: ObjectKey, options: LogOptions): AsyncGenerator<LogLine, void, undefined> {
	const pods = await podsOf(client, key, options);
	const sources = pods.flatMap((pod) => started(pod).map((container) => ({ pod, container })));
	const isOne = sources.length === 1;
	const end = new AbortController();
	const signal = options.signal === undefined ? end.signal : AbortSignal.any([options.signal, end.signal]);
	const read = async function* ({ pod, container }: (typeof sources)[number]): AsyncGenerator<LogLine, void, undefined> {
		const name = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name };
		const lines = client.log(name, { container, tail: options.tail, follow: options.follow, signal });
		for await (const { time, text } of lines) {
			yield {
				...(time === undefined ? {} : { time }),
				stream: "stdout",
				text: isOne ? text : `[${pod.metadata.name}/${container}] ${text}`,
			};
		}
	};
	try {
		if (options.follow) yield* merged(sources.map(read));
		else yield* inOrder(sources.map(read), options.tail);
	} catch (error) {
		// Following ends by the signal: that is no failure.
		if (!options.follow || options.signal?.aborted !== true) throw error;
	} finally {
		end.abort();
	}
}

/** All that was printed, by time, at most `tail` lines. */
async function* inOrder(sources: readonly AsyncIterable<LogLine>[], tail: number): AsyncGenerator<LogLine, void, undefined> {
	const lines: LogLine[] = [];
	for (const source of sources) for await (const line of source) lines.push(line);
	yield* lines.toSorted((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1)).slice(-tail);
}

/** Lines of several sources as they come. */
async function* merged(sources: readonly AsyncGenerator<LogLine, void, undefined>[]): AsyncGenerator<LogLine, void, undefined> {
	const next = (source: AsyncGenerator<LogLine, void, undefined>) => source.next().then((result) => ({ source, result }));
	const waiting = new Map(sources.map((source) => [source, next(source)]));
	while (waiting.size > 0) {
		const { source, result } = await Promise.race(waiting.values());
		if (result.done === true) waiting.delete(source);
		else {
			waiting.set(source, next(source));
			yield result.value;
		}
	}
}

/** Containers that have run or run: others have no logs. */
function started(pod: LiveObject): readonly string[] {
	const states = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
	const waiting = new Set(
		states
			.filter((state) => at(state, "state", "waiting") !== undefined && at(state, "lastState", "terminated") === undefined)
			.map((state) => textAt(state, "name")),
	);
	return states.length === 0 ? [] : containersOf(pod).filter((name) => !waiting.has(name));
}

async function podsOf(client: KubernetesClient, key: ObjectKey, { signal }: LogOptions): Promise<readonly LiveObject[]> {
	const ref = parseKey(key);
	const options = signal === undefined ? {} : { signal };
	signal?.throwIfAborted();
	const type = ref.kind === "Pod" && ref.group === "" ? podType : await findTypeOf(client.discovery, ref, options);
	const object = type?.namespaced === true ? await client.get(type, ref, options) : undefined;
	if (object === undefined) throw noLogs(key);
	if (type === podType) return [object];
	const labelSelector = selectorOf(object);
	if (labelSelector === undefined) throw noLogs(key);
	const pods: LiveObject[] = [];
	for await (const { items } of client.list(podType, { namespace: ref.namespace, labelSelector, most: 5000, ...options }))
		pods.push(...items);
	return pods.toSorted((a, b) => ((a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1)).slice(0, mostPods);
}

function noLogs(key: ObjectKey): AppError {
	return new AppError(`${key} has no log`, {
		code: "LogsNotFound",
		kind: "notFound",
		hint: "Only Pods have logs, and what runs Pods: Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs.",
	});
}

/** The selector of a workload's Pods, as text; undefined for what runs none. */
export function selectorOf(object: LiveObject): string | undefined {
	if (object.kind === "CronJob" || listAt(object, "spec", "template", "spec", "containers").length === 0) return undefined;
	const selector = at(object, "spec", "selector");
	const labels = (at(selector, "matchLabels") ?? (object.kind === "ReplicationController" ? selector : undefined)) as
		| Readonly<Record<string, string>>
		| undefined;
	const parts = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`);
	for (const expression of listAt(selector, "matchExpressions")) {
		const [name, operator] = [textAt(expression, "key"), textAt(expression, "operator")];
		const values = listAt(expression, "values").join(",");
		if (operator === "Exists") parts.push(name);
		else if (operator === "DoesNotExist") parts.push(`!${name}`);
		else parts.push(`${name} ${operator === "In" ? "in" : "notin"} (${values})`);
	}
	return parts.length === 0 ? undefined : parts.join(",");
}
