import type { Health } from "../../../core/health.ts";
import { degraded, healthy } from "../../answers.ts";
import { byConventions } from "../../conventions.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionsOf, type LiveObject, textAt } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";
import { heldAt, heldByAnnotation } from "../held.ts";
import { plainKinds } from "./plain.ts";

function held(object: LiveObject): string | undefined {
	return (
		heldAt("It is paused", "spec", "paused")(object) ??
		heldByAnnotation("It is paused", "cluster.x-k8s.io/paused", (value) => value !== "false")(object)
	);
}

const phases = byPhase({
	healthy: ["Provisioned", "Running"],
	progressing: ["Pending", "Provisioning", "ScalingUp", "ScalingDown", "Scaling", "Deleting"],
	degraded: ["Failed"],
});
/** A Machine has its provider's answer before it is a node: only Running is there. */
const machinePhases = byPhase({
	healthy: ["Running"],
	progressing: ["Pending", "Provisioning", "Provisioned", "Deleting"],
	degraded: ["Failed"],
});

/** What failed for good says so in a field; conditions tell more than the phase, where there are any. */
function clusterApi(byPhases: KindRule): KindRule {
	return {
		held,
		assess: (object): Health => {
			const failure = textAt(object, "status", "failureMessage") || textAt(object, "status", "failureReason");
			if (failure !== "") return degraded(failure);
			const told = conditionsOf(object).some(({ type }) => type === "Ready" || type === "Available");
			const health = told ? byConventions(object) : healthy();
			if (health.status !== "Healthy") return health;
			return textAt(object, "status", "phase") === "" && told ? health : byPhases.assess(object);
		},
	};
}

const packages = byConditions({
	ready: ["Installed", "Healthy"],
	passingReasons: ["Unpacking", "UnknownPackageRevisionHealth", "ActivatingPackageRevision"],
	otherwise: "Degraded",
});

/** Cluster API and Crossplane; what Crossplane manages goes by the conventions (Synced, Ready), as its groups are many. */
export const infrastructure: KindRules = {
	"Cluster.cluster.x-k8s.io": clusterApi(phases),
	"Machine.cluster.x-k8s.io": clusterApi(machinePhases),
	"MachineDeployment.cluster.x-k8s.io": clusterApi(phases),
	"MachineSet.cluster.x-k8s.io": { held, assess: byConventions },
	"MachinePool.cluster.x-k8s.io": clusterApi(phases),
	"KubeadmControlPlane.controlplane.cluster.x-k8s.io": { held, assess: byConventions },
	"Provider.pkg.crossplane.io": packages,
	"Configuration.pkg.crossplane.io": packages,
	"Function.pkg.crossplane.io": packages,
	"CompositeResourceDefinition.apiextensions.crossplane.io": byConditions({ ready: ["Established"], broken: ["TerminatingComposite"] }),
	...plainKinds("apiextensions.crossplane.io", ["Composition", "CompositionRevision", "EnvironmentConfig"]),
	...plainKinds("pkg.crossplane.io", ["DeploymentRuntimeConfig", "ControllerConfig"]),
};
