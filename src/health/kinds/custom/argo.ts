import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { at, conditionOf, type LiveObject, textAt, wordsOf } from "../../live-object.ts";
import { verdict } from "../../rules/verdict.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";
import { heldAt } from "../held.ts";
import { plainKinds } from "./plain.ts";

const phases = byPhase({ healthy: ["Healthy"], progressing: ["Progressing"], degraded: ["Degraded"], suspended: ["Paused"] });

const rollout: KindRule = {
	held: heldAt("Its rollouts are paused", "spec", "paused"),
	assess: (object) => {
		const invalid = conditionOf(object, "InvalidSpec");
		if (invalid?.status === "True") return degraded(wordsOf(invalid));
		if (at(object, "status", "abort") === true) return degraded(textAt(object, "status", "message") || "The rollout was aborted");
		return phases.assess(object);
	},
};

const measured: KindRule = {
	assess: (object) =>
		textAt(object, "status", "phase") === "Inconclusive"
			? { status: "Unknown", message: textAt(object, "status", "message") || "The analysis is inconclusive" }
			: byPhase({ healthy: ["Successful"], progressing: ["Pending", "Running"], degraded: ["Failed", "Error"] }).assess(object),
};

function application(object: LiveObject): Health {
	const operation = at(object, "status", "operationState");
	const phase = textAt(operation, "phase");
	if (phase === "Failed" || phase === "Error") return degraded(textAt(operation, "message") || `Its last operation ended as ${phase}`);
	if (phase === "Running" || phase === "Terminating") return progressing(textAt(operation, "message") || "An operation is under way");
	const status = textAt(object, "status", "health", "status");
	return status === "" ? progressing("Argo CD has not looked at it yet") : verdict(status, textAt(object, "status", "health", "message"));
}

function applicationSet(object: LiveObject): Health {
	const error = conditionOf(object, "ErrorOccurred");
	if (error?.status === "True") return degraded(wordsOf(error));
	const current = conditionOf(object, "ResourcesUpToDate");
	if (current === undefined) return progressing("Argo CD has not looked at it yet");
	return current.status === "True" ? healthy() : progressing(wordsOf(current));
}

const group = "argoproj.io";

/** Argo CD, Argo Rollouts, Argo Workflows and Argo Events. */
export const argo: KindRules = {
	...plainKinds(group, ["AppProject", "AnalysisTemplate", "ClusterAnalysisTemplate", "WorkflowTemplate", "ClusterWorkflowTemplate"]),
	"Application.argoproj.io": { assess: application },
	"ApplicationSet.argoproj.io": { assess: applicationSet },
	"ArgoCD.argoproj.io": byPhase({ healthy: ["Available"], degraded: ["Failed"] }),
	"Rollout.argoproj.io": rollout,
	"AnalysisRun.argoproj.io": measured,
	"Experiment.argoproj.io": measured,
	"Workflow.argoproj.io": byPhase({
		healthy: ["Succeeded"],
		progressing: ["Pending", "Running"],
		degraded: ["Failed", "Error"],
		held: (object) =>
			["Succeeded", "Failed", "Error"].includes(textAt(object, "status", "phase"))
				? undefined
				: heldAt("It is suspended", "spec", "suspend")(object),
	}),
	"CronWorkflow.argoproj.io": byConditions({
		ready: [],
		broken: ["SubmissionError", "SpecError"],
		held: heldAt("It is suspended: no new Workflows are started", "spec", "suspend"),
	}),
	"EventSource.argoproj.io": byConditions({ ready: ["SourcesProvided", "Deployed"] }),
	"Sensor.argoproj.io": byConditions({ ready: ["DependenciesProvided", "TriggersProvided", "Deployed"] }),
	"EventBus.argoproj.io": byConditions({ ready: ["Configured", "Deployed"] }),
};
