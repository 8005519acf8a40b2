import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing, suspended } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { at, type Condition, conditionOf, conditionsOf, countAt, type LiveObject, listAt, textAt, wordsOf } from "../live-object.ts";
import { byConditions } from "./by-conditions.ts";

/** Kinds that are as they should be once they are there: they have no status, or one that says nothing about health. */
const plain = [
	"ConfigMap",
	"Secret",
	"ServiceAccount",
	"Endpoints",
	"Event",
	"LimitRange",
	"PodTemplate",
	"ControllerRevision.apps",
	"Event.events.k8s.io",
	"Role.rbac.authorization.k8s.io",
	"RoleBinding.rbac.authorization.k8s.io",
	"ClusterRole.rbac.authorization.k8s.io",
	"ClusterRoleBinding.rbac.authorization.k8s.io",
	"NetworkPolicy.networking.k8s.io",
	"IngressClass.networking.k8s.io",
	"EndpointSlice.discovery.k8s.io",
	"StorageClass.storage.k8s.io",
	"CSIDriver.storage.k8s.io",
	"CSINode.storage.k8s.io",
	"CSIStorageCapacity.storage.k8s.io",
	"PriorityClass.scheduling.k8s.io",
	"RuntimeClass.node.k8s.io",
	"Lease.coordination.k8s.io",
	"MutatingWebhookConfiguration.admissionregistration.k8s.io",
	"ValidatingWebhookConfiguration.admissionregistration.k8s.io",
	"ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
	"MutatingAdmissionPolicy.admissionregistration.k8s.io",
	"MutatingAdmissionPolicyBinding.admissionregistration.k8s.io",
	"PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
] as const;

function namespace(object: LiveObject): Health {
	if (textAt(object, "status", "phase") !== "Terminating") return healthy();
	const stuck = conditionsOf(object).find(({ type, status }) => type.startsWith("Namespace") && status === "True");
	return progressing(stuck === undefined ? "It is being deleted" : `It is being deleted: ${wordsOf(stuck)}`);
}

function definition(object: LiveObject): Health {
	const conditions = conditionsOf(object);
	const names = conditions.find(({ type }) => type === "NamesAccepted");
	if (names?.status === "False") return degraded(wordsOf(names));
	if (conditions.some(({ type, status }) => type === "Terminating" && status === "True")) return progressing("It is being deleted");
	const established = conditions.find(({ type }) => type === "Established");
	if (established?.status !== "True")
		return established?.status === "False" && established.reason !== "Installing"
			? degraded(wordsOf(established))
			: progressing("It is not established yet");
	const schema = conditions.find(({ type, status }) => type === "NonStructuralSchema" && status === "True");
	return healthy(schema === undefined ? "" : wordsOf(schema));
}

function apiService(object: LiveObject): Health {
	const available = conditionOf(object, "Available");
	if (available === undefined) return progressing("It is not known yet whether it is available");
	return available.status === "True" ? healthy() : progressing(wordsOf(available));
}

/** Reasons by which an autoscaler cannot do its work until something is changed. */
const scalerFailures = /^(?:Failed|Invalid|AmbiguousSelector)/u;

/** In autoscaling/v1 the conditions stand as JSON in an annotation. */
function scalerConditions(object: LiveObject): readonly Condition[] {
	const text = textAt(object, "metadata", "annotations", "autoscaling.alpha.kubernetes.io/conditions");
	if (text === "") return conditionsOf(object);
	try {
		return conditionsOf({ conditions: JSON.parse(text) as unknown }, "conditions");
	} catch {
		return [];
	}
}

function autoscaler(object: LiveObject): Health {
	const conditions = scalerConditions(object);
	const broken = conditions.find(({ status, reason }) => status === "False" && scalerFailures.test(reason));
	if (broken !== undefined) return degraded(wordsOf(broken));
	const off = conditions.find(({ type, status, reason }) => type === "ScalingActive" && status === "False" && reason === "ScalingDisabled");
	if (off !== undefined) return suspended(wordsOf(off));
	const able = conditions.find(({ type }) => type === "AbleToScale");
	if (able === undefined && at(object, "status", "currentReplicas") !== undefined) return healthy();
	if (able === undefined) return progressing("It has not looked at its target yet");
	return able.status === "True" ? healthy() : progressing(wordsOf(able));
}

/** The budget itself is well also where it allows nothing: what is wrong with the Pods, they and their workload tell. */
function disruptionBudget(object: LiveObject): Health {
	const allowed = conditionOf(object, "DisruptionAllowed");
	if (allowed?.reason === "SyncFailed") return degraded(wordsOf(allowed));
	const current = countAt(object, "status", "currentHealthy");
	const desired = countAt(object, "status", "desiredHealthy");
	return healthy(current < desired ? `${current} Pods are healthy, and ${desired} must be: nothing may be evicted` : "");
}

function node(object: LiveObject): Health {
	const ready = conditionOf(object, "Ready");
	if (ready === undefined) return progressing("It has not reported yet");
	if (ready.status !== "True") return degraded(wordsOf(ready));
	const pressed = conditionsOf(object).find(
		({ type, status }) => status === "True" && ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"].includes(type),
	);
	if (pressed !== undefined) return degraded(wordsOf(pressed));
	return at(object, "spec", "unschedulable") === true ? suspended("It is cordoned: no new Pods are placed on it") : healthy();
}

function quota(object: LiveObject): Health {
	const hard = at(object, "spec", "hard");
	if (at(object, "status", "hard") === undefined && hard !== undefined && Object.keys(hard as object).length > 0)
		return progressing("What is used has not been counted yet");
	return healthy();
}

function certificateRequest(object: LiveObject): Health {
	const conditions = conditionsOf(object);
	const refused = conditions.find(({ type, status }) => (type === "Denied" || type === "Failed") && status === "True");
	if (refused !== undefined) return degraded(wordsOf(refused));
	if (textAt(object, "status", "certificate") !== "") return healthy();
	return progressing(
		conditions.some(({ type }) => type === "Approved") ? "It is approved and waits for its certificate" : "It waits for approval",
	);
}

function admissionPolicy(object: LiveObject): Health {
	const warnings = listAt(object, "status", "typeChecking", "expressionWarnings");
	const [first] = warnings;
	return first === undefined ? healthy() : degraded(textAt(first, "warning"));
}

function scheduledClaim(object: LiveObject): Health {
	return at(object, "status", "allocation") === undefined ? progressing("No device is allocated yet") : healthy();
}

/** The cluster's own kinds, beside workloads, storage and network. */
export const cluster: KindRules = {
	...Object.fromEntries(plain.map((kind) => [kind, { assess: () => healthy() }])),
	Namespace: { assess: namespace },
	Node: { assess: node },
	ResourceQuota: { assess: quota },
	"CustomResourceDefinition.apiextensions.k8s.io": { assess: definition },
	"APIService.apiregistration.k8s.io": { assess: apiService },
	"HorizontalPodAutoscaler.autoscaling": { assess: autoscaler },
	"PodDisruptionBudget.policy": { assess: disruptionBudget },
	"CertificateSigningRequest.certificates.k8s.io": { assess: certificateRequest },
	"ValidatingAdmissionPolicy.admissionregistration.k8s.io": { assess: admissionPolicy },
	"FlowSchema.flowcontrol.apiserver.k8s.io": byConditions({ ready: [], broken: ["Dangling"] }),
	"ResourceClaim.resource.k8s.io": { assess: scheduledClaim },
};
