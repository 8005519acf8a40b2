import { degraded } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionOf, type LiveObject, textAt, wordsOf } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";
import { plainKinds } from "./plain.ts";

const succeeded = byConditions({ ready: ["Succeeded"], otherwise: "Degraded" });

const tektonRun: KindRule = {
	held: (object: LiveObject) => (textAt(object, "spec", "status").endsWith("RunPending") ? "It is not to start yet" : undefined),
	assess: succeeded.assess,
};

const virtualMachine: KindRule = {
	assess: (object) => {
		const failure = conditionOf(object, "Failure");
		if (failure?.status === "True") return degraded(wordsOf(failure));
		return byPhase({
			path: ["status", "printableStatus"],
			healthy: ["Running"],
			suspended: ["Stopped", "Paused"],
			degraded: [
				"CrashLoopBackOff",
				"ErrorUnschedulable",
				"ErrImagePull",
				"ImagePullBackOff",
				"ErrorPvcNotFound",
				"ErrorDataVolumeNotFound",
				"DataVolumeError",
				"Unknown",
			],
		}).assess(object);
	},
};

const kubevirtPhases = byPhase({ healthy: ["Deployed"], degraded: ["Error"] });

/** Tekton, KubeVirt, Spark, Flink. */
export const runs: KindRules = {
	"PipelineRun.tekton.dev": tektonRun,
	"TaskRun.tekton.dev": tektonRun,
	"CustomRun.tekton.dev": tektonRun,
	...plainKinds("tekton.dev", ["Pipeline", "Task", "ClusterTask"]),
	"EventListener.triggers.tekton.dev": byConditions({ ready: ["Available"] }),
	"VirtualMachine.kubevirt.io": virtualMachine,
	"VirtualMachineInstance.kubevirt.io": byPhase({ healthy: ["Running", "Succeeded"], degraded: ["Failed", "Unknown"] }),
	"VirtualMachineInstanceMigration.kubevirt.io": byPhase({ healthy: ["Succeeded"], degraded: ["Failed"] }),
	"KubeVirt.kubevirt.io": kubevirtPhases,
	"CDI.cdi.kubevirt.io": kubevirtPhases,
	"DataVolume.cdi.kubevirt.io": byPhase({ healthy: ["Succeeded"], degraded: ["Failed", "Unknown"], suspended: ["Paused"] }),
	"SparkApplication.sparkoperator.k8s.io": byPhase({
		path: ["status", "applicationState", "state"],
		message: ["status", "applicationState", "errorMessage"],
		healthy: ["COMPLETED", "RUNNING"],
		degraded: ["FAILED", "SUBMISSION_FAILED", "FAILING", "UNKNOWN"],
		suspended: ["SUSPENDED"],
	}),
	"FlinkDeployment.flink.apache.org": byPhase({
		path: ["status", "lifecycleState"],
		message: ["status", "error"],
		healthy: ["STABLE"],
		progressing: ["CREATED", "DEPLOYED", "UPGRADING", "ROLLING_BACK"],
		degraded: ["FAILED", "ROLLED_BACK"],
		suspended: ["SUSPENDED"],
	}),
};
