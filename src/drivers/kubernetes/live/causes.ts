import type { Health, HealthStatus } from "../../../core/health.ts";
import { at, countAt, listAt, textAt } from "../../../health/live-object.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { TargetEvent } from "../../../ports/driver.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { podType, selectorOf } from "../observe/logs.ts";
import type { Entry } from "./entry.ts";

const eventType: ResourceType = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true, verbs: [] };

/** Kinds whose Pods say why they are not well. */
const workloads: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod"]);
/** Milliseconds until the Pods of something that is Degraded are looked at, and of what is only Progressing, as most is that was just made. */
const degradedMs = 1000;
const progressingMs = 10_000;
/** Until they are looked at again. */
const nextLookMs = 5000;
/** What stays ill for long is looked at less and less often, up to this. */
const lastLookMs = 60_000;
/** Looks that are under way at once. */
const mostAtOnce = 4;
const mostPods = 50;
const mostEvents = 100;
const logLines = 10;
const logBytes = 1024;

export interface CausesOptions {
	readonly client: KubernetesClient;
	readonly clock: Clock;
	readonly notify: (event: TargetEvent) => void;
}

/** Finds out from Pods why what runs them is not well: on demand, a few at a time. */
export interface Causes {
	look(entry: Entry, type: ResourceType, name: string, object: LiveObject): void;
	/** The status that a cause makes of a health: what cannot get better by waiting is Degraded. */
	statusOf(own: Health, cause: string): HealthStatus;
	close(): void;
}

export function createCauses({ client, clock, notify }: CausesOptions): Causes {
	const stop = new AbortController();
	const due = new Map<Entry, { readonly cancel: () => void; readonly ms: number }>();
	const queue: (() => Promise<void>)[] = [];
	let working = 0;

	function pump(): void {
		while (working < mostAtOnce) {
			const next = queue.shift();
			if (next === undefined) return;
			working += 1;
			void next().finally(() => {
				working -= 1;
				pump();
			});
		}
	}

	function schedule(entry: Entry, type: ResourceType, name: string, ms: number): void {
		const cancel = clock.after(ms, () => {
			queue.push(() => find(entry, type, name));
			pump();
		});
		due.set(entry, { cancel, ms });
	}

	async function find(entry: Entry, type: ResourceType, name: string): Promise<void> {
		due.delete(entry);
		const isOver = (): boolean => stop.signal.aborted || entry.uid === "" || !isIll(entry);
		if (isOver()) return;
		entry.looks += 1;
		let cause: string | undefined = entry.cause;
		try {
			// What no Application has claimed, so far or any more, nobody asks about.
			if (entry.key !== undefined) cause = await causeOf(client, type, name, stop.signal);
		} catch {
			// It is only an explanation: what keeps it from being found is told by whoever needs the cluster.
		}
		// It is gone: the watch tells, and if it comes again it is looked at again.
		if (cause === undefined || isOver()) return;
		if (cause !== entry.cause) {
			entry.cause = cause;
			if (entry.application !== undefined && entry.key !== undefined)
				notify({ application: entry.application, key: entry.key, type: "health" });
		}
		if (!due.has(entry)) schedule(entry, type, name, Math.min(nextLookMs * 1.2 ** Math.min(entry.looks, 50), lastLookMs));
	}

	return {
		look(entry, type, name, object) {
			if (!workloads.has(type.kind) || !isIll(entry) || stop.signal.aborted) return;
			const ms = entry.health.status === "Degraded" ? degradedMs : progressingMs;
			const before = due.get(entry);
			if (before !== undefined && (entry.looks > 0 || before.ms <= ms)) return;
			// Before its controller has seen it there are no Pods to ask.
			const generation = at(object, "metadata", "generation");
			if (type.kind !== "Pod" && type.kind !== "Job" && at(object, "status", "observedGeneration") !== generation) return;
			before?.cancel();
			schedule(entry, type, name, ms);
		},
		statusOf: (own, cause) => (own.status === "Progressing" && isLasting(cause) ? "Degraded" : own.status),
		close() {
			stop.abort();
			for (const { cancel } of due.values()) cancel();
			due.clear();
		},
	};
}

function isIll({ health: { status } }: Entry): boolean {
	return status === "Degraded" || status === "Progressing";
}

/** Whether waiting alone will hardly end it. */
function isLasting(cause: string): boolean {
	return /(?:ImagePullBackOff|ErrImagePull|InvalidImageName|CrashLoopBackOff|CreateContainerConfigError|CreateContainerError)/u.test(cause);
}

/** Empty where nothing tells; undefined where it is not there. */
async function causeOf(client: KubernetesClient, type: ResourceType, name: string, signal: AbortSignal): Promise<string | undefined> {
	const slash = name.indexOf("/");
	const where = { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
	const object = await client.get(type, where, { signal });
	if (object === undefined) return undefined;
	if (type.kind === "Pod") return podCause(client, object, signal);
	const refused = listAt(object, "status", "conditions").find(
		(condition) => textAt(condition, "type") === "ReplicaFailure" && textAt(condition, "status") === "True",
	);
	if (refused !== undefined) return textAt(refused, "message");
	const labelSelector = selectorOf(object);
	if (labelSelector === undefined) return "";
	const pods: LiveObject[] = [];
	for await (const page of client.list(podType, { namespace: where.namespace, labelSelector, limit: mostPods, signal })) {
		pods.push(...page.items);
		break;
	}
	const newest = pods.toSorted((a, b) => ((a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1));
	for (const pod of newest) {
		const cause = await podCause(client, pod, signal);
		if (cause !== "") return `Pod ${pod.metadata.name}: ${cause}`;
	}
	// Where there are none, whoever would make them says why: a quota, an admission.
	return pods.length === 0 ? warningOf(client, object, signal) : "";
}

/** What the last warning about an object says. */
async function warningOf(client: KubernetesClient, { metadata }: LiveObject, signal: AbortSignal): Promise<string> {
	const fieldSelector = `involvedObject.uid=${metadata.uid},type=Warning`;
	const options = {
		fieldSelector,
		limit: mostEvents,
		signal,
		...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
	};
	let last = { time: "", text: "" };
	for await (const page of client.list(eventType, options)) {
		for (const event of page.items) {
			const times = [textAt(event, "series", "lastObservedTime"), textAt(event, "lastTimestamp"), textAt(event, "eventTime")];
			const time = times.find((each) => each !== "") ?? "";
			if (time >= last.time) last = { time, text: `${textAt(event, "reason")}: ${textAt(event, "message")}`.slice(0, logBytes) };
		}
		break;
	}
	return last.text;
}

async function podCause(client: KubernetesClient, pod: LiveObject, signal: AbortSignal): Promise<string> {
	for (const condition of listAt(pod, "status", "conditions")) {
		if (textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False")
			return `${textAt(condition, "reason")}: ${textAt(condition, "message")}`;
	}
	const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
	for (const status of statuses) {
		const reason = textAt(status, "state", "waiting", "reason");
		const container = textAt(status, "name");
		if (reason === "" || reason === "ContainerCreating" || reason === "PodInitializing") continue;
		const message = textAt(status, "state", "waiting", "message");
		if (reason !== "CrashLoopBackOff") {
			const image = reason.includes("Image") ? ` of image ${textAt(status, "image")}` : "";
			return `container ${container}: ${reason}${image}${message === "" ? "" : `: ${message}`}`;
		}
		const code = at(status, "lastState", "terminated", "exitCode");
		const restarts = countAt(status, "restartCount");
		const lines = await lastLines(client, pod, container, signal);
		const said = lines === "" ? "" : `; it said last: ${lines}`;
		return `container ${container}: CrashLoopBackOff after ${restarts} restarts${typeof code === "number" ? `, exit code ${code}` : ""}${said}`;
	}
	// A volume that cannot be mounted is told by an Event alone.
	return isMade(pod) ? "" : warningOf(client, pod, signal);
}

/** Whether all containers of a Pod are made, or were. */
function isMade(pod: LiveObject): boolean {
	const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
	return (
		textAt(pod, "status", "phase") !== "Pending" ||
		!statuses.some((status) => textAt(status, "state", "waiting", "reason") === "ContainerCreating")
	);
}

async function lastLines(client: KubernetesClient, pod: LiveObject, container: string, signal: AbortSignal): Promise<string> {
	const name = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name };
	const lines: string[] = [];
	try {
		for await (const { text } of client.log(name, { container, tail: logLines, follow: false, previous: true, signal })) lines.push(text);
	} catch {
		// The container may be gone, log and all.
	}
	return lines.slice(-logLines).join("\n").slice(-logBytes);
}
