import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing, unknown } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { at, conditionOf, countAt, type LiveObject, listAt, numberAt, textAt, wordsOf } from "../live-object.ts";

/** Reasons for which a container waits and that do not pass by themselves. */
const stuck = new Set([
	"CrashLoopBackOff",
	"ImagePullBackOff",
	"ErrImagePull",
	"ErrImageNeverPull",
	"ErrRegistryUnavailable",
	"InvalidImageName",
	"ImageInspectError",
	"SignatureValidationFailed",
	"CreateContainerConfigError",
	"CreateContainerError",
	"PreCreateHookError",
	"PreStartHookError",
	"PostStartHookError",
	"RunContainerError",
]);

function exitOf(terminated: unknown): string {
	const code = numberAt(terminated, "exitCode");
	const reason = textAt(terminated, "reason");
	const signal = numberAt(terminated, "signal");
	const how = code === undefined ? "" : `with exit code ${code}`;
	const why = reason !== "" && reason !== "Error" && reason !== "Completed" ? ` (${reason})` : signal ? ` (signal ${signal})` : "";
	const message = textAt(terminated, "message").trim();
	return `ended ${how}${why}${message === "" ? "" : `: ${message}`}`.replace("ended  ", "ended ").trimEnd();
}

/** What is wrong with a container that does not go on by itself; undefined where nothing is. */
function troubleOf(status: unknown, restarts: boolean): string | undefined {
	const name = textAt(status, "name");
	const waiting = at(status, "state", "waiting");
	const reason = textAt(waiting, "reason");
	if (stuck.has(reason)) {
		const last = at(status, "lastState", "terminated");
		const cause =
			reason === "CrashLoopBackOff" && last !== undefined && last !== null
				? `it ${exitOf(last)}, restarted ${countAt(status, "restartCount")} times`
				: textAt(waiting, "message");
		return `Container ${name}: ${reason}${cause === "" ? "" : `: ${cause}`}`;
	}
	const terminated = at(status, "state", "terminated");
	const code = numberAt(terminated, "exitCode");
	return !restarts && code !== undefined && code !== 0 ? `Container ${name} ${exitOf(terminated)}` : undefined;
}

function pending(object: LiveObject): Health {
	const scheduled = conditionOf(object, "PodScheduled");
	// Room may come yet, by a node that is added or a Pod that ends: Kubernetes itself goes on trying.
	if (scheduled?.status === "False") return progressing(`It cannot be scheduled: ${wordsOf(scheduled)}`);
	const initial = listAt(object, "status", "initContainerStatuses");
	const current = initial.find((status) => at(status, "state", "terminated") === undefined && at(status, "ready") !== true);
	if (current !== undefined) {
		const done = initial.filter((status) => numberAt(status, "state", "terminated", "exitCode") === 0).length;
		return progressing(`Init container ${textAt(current, "name")} is at work: ${done} of ${initial.length} are done`);
	}
	const waiting = listAt(object, "status", "containerStatuses").find((status) => textAt(status, "state", "waiting", "reason") !== "");
	if (waiting === undefined) return progressing(scheduled === undefined ? "It waits for a node" : "Its containers are being started");
	return progressing(`Container ${textAt(waiting, "name")}: ${textAt(waiting, "state", "waiting", "reason")}`);
}

function running(object: LiveObject): Health {
	const ready = conditionOf(object, "Ready");
	if (ready?.status === "True") return healthy();
	const statuses = listAt(object, "status", "containerStatuses");
	// Pods that run to their end, as those of Jobs, need not be ready.
	if (textAt(object, "spec", "restartPolicy") !== "Always" && textAt(object, "spec", "restartPolicy") !== "")
		return progressing("It runs to its end");
	const unready = statuses.find((status) => at(status, "ready") !== true);
	if (unready === undefined) return progressing(ready === undefined ? "It is not ready yet" : wordsOf(ready));
	const last = at(unready, "lastState", "terminated");
	const restarted = last === undefined || last === null ? "" : `; it ${exitOf(last)} before`;
	return progressing(`Container ${textAt(unready, "name")} is not ready${restarted}`);
}

function failedPod(object: LiveObject): Health {
	const message = textAt(object, "status", "message");
	const reason = textAt(object, "status", "reason");
	if (message !== "" || reason !== "") return degraded([reason, message].filter((part) => part !== "").join(": "));
	const all = [...listAt(object, "status", "initContainerStatuses"), ...listAt(object, "status", "containerStatuses")];
	return degraded(all.map((status) => troubleOf(status, false)).find((trouble) => trouble !== undefined) ?? "It failed");
}

function pod(object: LiveObject): Health {
	const phase = textAt(object, "status", "phase");
	if (phase === "Succeeded") return healthy(textAt(object, "status", "message") || "Completed");
	if (phase === "Failed") return failedPod(object);
	const restarts = textAt(object, "spec", "restartPolicy") !== "Never";
	const initial = listAt(object, "status", "initContainerStatuses");
	const others = listAt(object, "status", "containerStatuses");
	for (const status of [...initial, ...others]) {
		const trouble = troubleOf(status, restarts);
		if (trouble !== undefined) return degraded(trouble);
	}
	if (phase === "Running") return running(object);
	if (phase === "Unknown") return unknown(textAt(object, "status", "message") || "Its node cannot be reached");
	return pending(object);
}

/** Pods, with the causes of what is wrong in their containers. */
export const pods: KindRules = { Pod: { assess: pod } };
