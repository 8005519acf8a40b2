import { healthy, progressing } from "../../answers.ts";
import type { KindRules } from "../../kind-rule.ts";
import { textAt } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";
import { plainKinds } from "./plain.ts";

/** Operator Lifecycle Manager, Keycloak, OpenShift. */
export const platforms: KindRules = {
	"ClusterServiceVersion.operators.coreos.com": byPhase({
		healthy: ["Succeeded"],
		degraded: ["Failed", "Unknown"],
	}),
	"InstallPlan.operators.coreos.com": byPhase({
		healthy: ["Complete"],
		suspended: ["RequiresApproval"],
		degraded: ["Failed"],
	}),
	"Subscription.operators.coreos.com": {
		assess: (object) =>
			textAt(object, "status", "state") === "UpgradePending" || textAt(object, "status", "installedCSV") === ""
				? progressing("Its newest version is not installed yet")
				: byConditions({ ready: [], broken: ["ResolutionFailed", "BundleUnpackFailed", "CatalogSourcesUnhealthy"] }).assess(object),
	},
	"CatalogSource.operators.coreos.com": {
		assess: (object) => {
			const state = textAt(object, "status", "connectionState", "lastObservedState");
			return state === "READY" ? healthy() : progressing(`Its connection is ${state || "not known yet"}`);
		},
	},
	...plainKinds("operators.coreos.com", ["OperatorGroup"]),
	"Keycloak.k8s.keycloak.org": byConditions({ ready: ["Ready"], broken: ["HasErrors"], busy: ["RollingUpdate"] }),
	"KeycloakRealmImport.k8s.keycloak.org": byConditions({ ready: ["Done"], broken: ["HasErrors"] }),
	"ClusterOperator.config.openshift.io": byConditions({ ready: ["Available"], broken: ["Degraded"], busy: ["Progressing"] }),
	"ClusterVersion.config.openshift.io": byConditions({ ready: ["Available"], broken: ["Failing"], busy: ["Progressing"] }),
	"MachineConfigPool.machineconfiguration.openshift.io": byConditions({
		ready: ["Updated"],
		broken: ["Degraded", "RenderDegraded", "NodeDegraded"],
	}),
};
