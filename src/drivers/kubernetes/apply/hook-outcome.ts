import type { HealthAssessor } from "../../../health/health.ts";
import { conditionsOf, listAt, textAt, wordsOf } from "../../../health/live-object.ts";
import type { LiveObject } from "../client/client.ts";

export interface HookOutcome {
	readonly succeeded: boolean;
	readonly message: string;
}

/** Conditions and phases that say that something came to its end, as Jobs, Argo Workflows, Tekton runs and others have them. */
const good: ReadonlySet<string> = new Set(["Complete", "Completed", "Succeeded", "Successful", "Finished"]);
const bad: ReadonlySet<string> = new Set(["Failed", "Error", "Aborted", "Cancelled", "Stopped"]);

/** How a hook ended; undefined while it goes on. Jobs and Pods have to be done, other kinds Healthy. */
export async function outcomeOf(health: HealthAssessor, object: LiveObject): Promise<HookOutcome | undefined> {
	const { kind, apiVersion } = object;
	if (apiVersion === "batch/v1" && kind === "Job") return jobOutcome(object);
	const phase = textAt(object, "status", "phase");
	if (apiVersion === "v1" && kind === "Pod") {
		if (phase === "Succeeded") return { succeeded: true, message: "" };
		return phase === "Failed" ? { succeeded: false, message: podMessage(object) } : undefined;
	}
	// What is run once says so by its phase, as Argo Workflows do, or by a Succeeded condition, as Tekton's runs do.
	if (bad.has(phase)) return { succeeded: false, message: textAt(object, "status", "message") || `its phase is ${phase}` };
	if (good.has(phase)) return { succeeded: true, message: "" };
	const run = conditionsOf(object).find(({ type }) => type === "Succeeded" || type === "Failed" || type === "Completed");
	if (run !== undefined && run.status === "True")
		return { succeeded: run.type !== "Failed", message: run.type === "Failed" ? wordsOf(run) : "" };
	if (run?.type === "Succeeded") return run.status === "False" ? { succeeded: false, message: wordsOf(run) } : undefined;
	const { status, message } = await health.assess({ ...object });
	if (status === "Healthy" || status === "Suspended") return { succeeded: true, message: "" };
	return status === "Degraded" ? { succeeded: false, message } : undefined;
}

/** The last word of the Job controller: conditions that come before it (SuccessCriteriaMet, FailureTarget) still have Pods to end. */
function jobOutcome(job: LiveObject): HookOutcome | undefined {
	for (const condition of conditionsOf(job)) {
		if (condition.status !== "True") continue;
		if (condition.type === "Complete") return { succeeded: true, message: "" };
		if (condition.type === "Failed") return { succeeded: false, message: wordsOf(condition) };
	}
	return undefined;
}

function podMessage(pod: LiveObject): string {
	for (const container of [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")]) {
		const reason = textAt(container, "state", "terminated", "reason");
		if (reason !== "" && reason !== "Completed")
			return `${textAt(container, "name")}: ${textAt(container, "state", "terminated", "message") || reason}`;
	}
	return textAt(pod, "status", "message") || textAt(pod, "status", "reason") || "its Pod failed";
}
