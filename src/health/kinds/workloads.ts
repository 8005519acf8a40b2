import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { conditionOf, countAt, type LiveObject, numberAt, textAt, wordsOf } from "../live-object.ts";
import { heldAt } from "./held.ts";

/** Waits for the controller's first word: a workload whose status is empty is not well yet, unless it wants nothing. */
function unseen(object: LiveObject): boolean {
	return numberAt(object, "metadata", "generation") !== undefined && numberAt(object, "status", "observedGeneration") === undefined;
}

function wanted(object: LiveObject): number {
	return numberAt(object, "spec", "replicas") ?? 1;
}

function of(count: number, all: number, what: string): string {
	return `${count} of ${all} ${what}`;
}

function deployment(object: LiveObject): Health {
	const progress = conditionOf(object, "Progressing");
	const failed = conditionOf(object, "ReplicaFailure");
	if (progress?.reason === "ProgressDeadlineExceeded") {
		const cause = failed?.status === "True" ? failed : progress;
		return degraded(wordsOf(cause));
	}
	if (failed?.status === "True") return degraded(wordsOf(failed));
	if (unseen(object)) return progressing("Its controller has not seen it yet");
	const replicas = wanted(object);
	const made = countAt(object, "status", "replicas");
	const updated = countAt(object, "status", "updatedReplicas");
	const available = countAt(object, "status", "availableReplicas");
	if (updated < replicas) return progressing(of(updated, replicas, "replicas are of the newest version"));
	if (made > updated) return progressing(`${made - updated} old replicas are still to end`);
	if (available < updated) return progressing(of(available, updated, "new replicas are available"));
	return healthy();
}

function statefulSet(object: LiveObject): Health {
	if (unseen(object)) return progressing("Its controller has not seen it yet");
	const replicas = wanted(object);
	const ready = countAt(object, "status", "readyReplicas");
	if (ready < replicas) return progressing(of(ready, replicas, "replicas are ready"));
	const made = countAt(object, "status", "replicas");
	if (made > replicas) return progressing(`${made - replicas} replicas are still to end`);
	if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") {
		const old = replicas - countAt(object, "status", "updatedReplicas");
		return healthy(isMoving(object) && old > 0 ? `${old} replicas are of an older version until their Pods are deleted (OnDelete)` : "");
	}
	const partition = countAt(object, "spec", "updateStrategy", "rollingUpdate", "partition");
	const updated = countAt(object, "status", "updatedReplicas");
	if (partition > 0) {
		const due = Math.max(0, replicas - partition);
		if (isMoving(object) && updated < due) return progressing(of(updated, due, "replicas beyond the partition are of the newest version"));
		return healthy(isMoving(object) ? `${Math.min(partition, replicas)} replicas below the partition stay as they are` : "");
	}
	if (isMoving(object)) return progressing(of(updated, replicas, "replicas are of the newest version"));
	return healthy();
}

/** Whether a StatefulSet is between two versions. */
function isMoving(object: LiveObject): boolean {
	const next = textAt(object, "status", "updateRevision");
	return next !== "" && textAt(object, "status", "currentRevision") !== next;
}

function daemonSet(object: LiveObject): Health {
	if (unseen(object)) return progressing("Its controller has not seen it yet");
	const desired = countAt(object, "status", "desiredNumberScheduled");
	const scheduled = countAt(object, "status", "currentNumberScheduled");
	const updated = countAt(object, "status", "updatedNumberScheduled");
	const available = countAt(object, "status", "numberAvailable");
	if (scheduled < desired) return progressing(of(scheduled, desired, "nodes run it"));
	const onDelete = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
	if (!onDelete && updated < desired) return progressing(of(updated, desired, "Pods are of the newest version"));
	if (available < desired) return progressing(of(available, desired, "Pods are available"));
	return healthy(
		onDelete && updated < desired ? `${desired - updated} Pods are of an older version until they are deleted (OnDelete)` : "",
	);
}

function replicaSet(object: LiveObject): Health {
	const failed = conditionOf(object, "ReplicaFailure");
	if (failed?.status === "True") return degraded(wordsOf(failed));
	if (unseen(object)) return progressing("Its controller has not seen it yet");
	const replicas = wanted(object);
	const available = countAt(object, "status", "availableReplicas");
	if (available < replicas) return progressing(of(available, replicas, "replicas are available"));
	const made = countAt(object, "status", "replicas");
	return made > replicas ? progressing(`${made - replicas} replicas are still to end`) : healthy();
}

/** What keeps Pods running. */
export const workloads: KindRules = {
	"Deployment.apps": { held: heldAt("Its rollouts are paused", "spec", "paused"), assess: deployment },
	"StatefulSet.apps": { assess: statefulSet },
	"DaemonSet.apps": { assess: daemonSet },
	"ReplicaSet.apps": { assess: replicaSet },
	ReplicationController: { assess: replicaSet },
};
