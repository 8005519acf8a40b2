import type { ObjectRef } from "../../core/object.ts";

/** Kinds in the order in which they are applied: what others need comes first. */
const order: readonly string[] = [
	"Namespace",
	"ResourceQuota",
	"LimitRange",
	"NetworkPolicy.networking.k8s.io",
	"PriorityClass.scheduling.k8s.io",
	"RuntimeClass.node.k8s.io",
	"CustomResourceDefinition.apiextensions.k8s.io",
	"ServiceAccount",
	"Secret",
	"ConfigMap",
	"StorageClass.storage.k8s.io",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"ClusterRole.rbac.authorization.k8s.io",
	"ClusterRoleBinding.rbac.authorization.k8s.io",
	"Role.rbac.authorization.k8s.io",
	"RoleBinding.rbac.authorization.k8s.io",
	"PodDisruptionBudget.policy",
	"Service",
	"DaemonSet.apps",
	"Pod",
	"ReplicationController",
	"ReplicaSet.apps",
	"Deployment.apps",
	"StatefulSet.apps",
	"HorizontalPodAutoscaler.autoscaling",
	"Job.batch",
	"CronJob.batch",
	"IngressClass.networking.k8s.io",
	"Ingress.networking.k8s.io",
	"APIService.apiregistration.k8s.io",
];

/** Admission rules come last: they would have their say about everything else. */
const last: readonly string[] = [
	"ValidatingAdmissionPolicy.admissionregistration.k8s.io",
	"ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
	"MutatingWebhookConfiguration.admissionregistration.k8s.io",
	"ValidatingWebhookConfiguration.admissionregistration.k8s.io",
];

/**
 * Ranks of kinds that need not wait for each other are one number, so that they are applied side by side: nothing refers to a later one
 * in a way that the API server checks.
 */
const stages: readonly (readonly [from: string, rank: number])[] = [
	["Namespace", 0],
	["ResourceQuota", 1],
	["CustomResourceDefinition.apiextensions.k8s.io", 2],
	["ServiceAccount", 3],
	["ClusterRole.rbac.authorization.k8s.io", 4],
	["Service", 5],
	["IngressClass.networking.k8s.io", 6],
	["APIService.apiregistration.k8s.io", 7],
];

const ranks = new Map<string, number>();
let rank = 0;
for (const kind of order) {
	rank = stages.find(([from]) => from === kind)?.[1] ?? rank;
	ranks.set(kind, rank);
}
/** Custom kinds come after those of Kubernetes itself, whose controllers may be among them. */
const custom = rank + 1;
for (const kind of last) ranks.set(kind, custom + 1);

/** Rank of an Object within its wave: lower ones are applied before, and deleted after, higher ones. */
export function rankOf({ kind, group }: ObjectRef): number {
	return ranks.get(group === "" ? kind : `${kind}.${group}`) ?? custom;
}
