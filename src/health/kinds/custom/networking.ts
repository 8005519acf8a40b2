import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import { saysFailure } from "../../conventions.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionsOf, type LiveObject, listAt, textAt, wordsOf } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";

/** Istio's configuration has a status only where analysis is on; what it finds stands in validationMessages. */
function istio(object: LiveObject): Health {
	const messages = listAt(object, "status", "validationMessages");
	const error = messages.find((message) => textAt(message, "level").toUpperCase() === "ERROR");
	if (error !== undefined) {
		const code = textAt(error, "type", "code") || textAt(error, "type", "name") || textAt(error, "code");
		return degraded(textAt(error, "message") || textAt(error, "description") || `Istio's analysis finds an error ${code}`.trimEnd());
	}
	const reconciled = conditionsOf(object).find(({ type }) => type === "Reconciled");
	return reconciled?.status === "False" && saysFailure(reconciled) ? degraded(wordsOf(reconciled)) : healthy();
}

const istioKinds: Readonly<Record<string, readonly string[]>> = {
	"networking.istio.io": [
		"VirtualService",
		"DestinationRule",
		"Gateway",
		"ServiceEntry",
		"Sidecar",
		"EnvoyFilter",
		"WorkloadEntry",
		"WorkloadGroup",
		"ProxyConfig",
	],
	"security.istio.io": ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
	"telemetry.istio.io": ["Telemetry"],
	"extensions.istio.io": ["WasmPlugin"],
};

const sail = byConditions({ ready: ["Reconciled", "Ready"] });

/** Knative says False only of what ended badly; what is on its way is Unknown. */
const knative: KindRule = byConditions({ ready: ["Ready"], otherwise: "Degraded" });
const knativeKinds: Readonly<Record<string, readonly string[]>> = {
	"serving.knative.dev": ["Service", "Route", "Configuration", "Revision", "DomainMapping"],
	"eventing.knative.dev": ["Broker", "Trigger"],
	"messaging.knative.dev": ["Channel", "InMemoryChannel", "Subscription"],
	"serving.kserve.io": ["InferenceService"],
	"operator.knative.dev": ["KnativeServing", "KnativeEventing"],
};

function kindsOf(kinds: Readonly<Record<string, readonly string[]>>, rule: KindRule): KindRules {
	return Object.fromEntries(Object.entries(kinds).flatMap(([group, names]) => names.map((kind) => [`${kind}.${group}`, rule])));
}

function openshiftRoute(object: LiveObject): Health {
	const routers = listAt(object, "status", "ingress");
	if (routers.length === 0) return progressing("No router has taken it yet");
	for (const router of routers) {
		const admitted = conditionsOf(router, "conditions").find(({ type }) => type === "Admitted");
		if (admitted?.status === "False") return degraded(`${textAt(router, "routerName")}: ${wordsOf(admitted)}`);
		if (admitted?.status !== "True") return progressing("It is not admitted yet");
	}
	return healthy();
}

/** Istio, Knative, Contour, OpenShift's Routes. */
export const networking: KindRules = {
	...kindsOf(istioKinds, { assess: istio }),
	...kindsOf(knativeKinds, knative),
	"IstioOperator.install.istio.io": byPhase({
		path: ["status", "status"],
		healthy: ["HEALTHY"],
		progressing: ["RECONCILING", "UPDATING", "NONE"],
		degraded: ["ERROR", "ACTION_REQUIRED"],
	}),
	"Istio.sailoperator.io": sail,
	"IstioRevision.sailoperator.io": sail,
	"IstioCNI.sailoperator.io": sail,
	"ZTunnel.sailoperator.io": sail,
	"HTTPProxy.projectcontour.io": byPhase({
		path: ["status", "currentStatus"],
		message: ["status", "description"],
		healthy: ["valid"],
		degraded: ["invalid", "orphaned"],
	}),
	"Route.route.openshift.io": { assess: openshiftRoute },
};
