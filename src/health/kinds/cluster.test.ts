import { describe } from "vitest";
import { type Case, conditions, judges, status } from "../fixture.ts";

const definition = "CustomResourceDefinition.apiextensions.k8s.io";
const scaler = "HorizontalPodAutoscaler.autoscaling";
const request = "CertificateSigningRequest.certificates.k8s.io";
const balancer = { spec: { type: "LoadBalancer" } };

const cases: readonly Case[] = [
	["there", "ConfigMap", {}, "Healthy"],
	["there", "Secret", {}, "Healthy"],
	["there", "ClusterRole.rbac.authorization.k8s.io", {}, "Healthy"],
	["there", "ValidatingWebhookConfiguration.admissionregistration.k8s.io", {}, "Healthy"],
	["complete", "Job.batch", status({ Complete: "True" }), "Healthy"],
	["complete, then suspended", "Job.batch", { spec: { suspend: true }, ...status({ Complete: "True" }) }, "Healthy"],
	["failed", "Job.batch", status({ Failed: "True BackoffLimitExceeded too often" }), "Degraded", "too often"],
	["about to fail", "Job.batch", status({ FailureTarget: "True PodFailurePolicy no" }), "Degraded"],
	["suspended", "Job.batch", { spec: { suspend: true } }, "Suspended"],
	["suspended by its controller", "Job.batch", status({ Suspended: "True JobSuspended held" }), "Suspended", "held"],
	[
		"at work",
		"Job.batch",
		{ spec: { completions: 3 }, status: { active: 1, succeeded: 1, failed: 2 } },
		"Progressing",
		"1 of 3 completions are done, after 2",
	],
	["on", "CronJob.batch", { spec: { suspend: false } }, "Healthy"],
	["off", "CronJob.batch", { spec: { suspend: true } }, "Suspended"],
	["bound", "PersistentVolumeClaim", { status: { phase: "Bound" } }, "Healthy"],
	["pending", "PersistentVolumeClaim", { status: { phase: "Pending" } }, "Progressing", "volume"],
	["lost", "PersistentVolumeClaim", { status: { phase: "Lost" } }, "Degraded"],
	[
		"resized",
		"PersistentVolumeClaim",
		{ status: { phase: "Bound", conditions: conditions({ Resizing: "True X growing" }) } },
		"Progressing",
		"growing",
	],
	["free", "PersistentVolume", { status: { phase: "Available" } }, "Healthy"],
	["failed", "PersistentVolume", { status: { phase: "Failed", message: "no recycler" } }, "Degraded", "no recycler"],
	["attached", "VolumeAttachment.storage.k8s.io", { status: { attached: true } }, "Healthy"],
	[
		"not attached",
		"VolumeAttachment.storage.k8s.io",
		{ status: { attached: false, attachError: { message: "in use" } } },
		"Degraded",
		"in use",
	],
	["being attached", "VolumeAttachment.storage.k8s.io", {}, "Progressing"],
	["taken", "VolumeSnapshot.snapshot.storage.k8s.io", { status: { readyToUse: true } }, "Healthy"],
	["inside", "Service", { spec: { type: "ClusterIP" } }, "Healthy"],
	["without an address", "Service", balancer, "Progressing", "address"],
	["with an address", "Service", { ...balancer, status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } }, "Healthy"],
	["with an address", "Ingress.networking.k8s.io", { status: { loadBalancer: { ingress: [{ hostname: "a" }] } } }, "Healthy"],
	["without an address", "Ingress.networking.k8s.io", { status: { loadBalancer: {} } }, "Healthy", "no address"],
	["there", "Namespace", { status: { phase: "Active" } }, "Healthy"],
	[
		"stuck",
		"Namespace",
		{ status: { phase: "Terminating", conditions: conditions({ NamespaceContentRemaining: "True SomeResourcesRemain pods. has 1" }) } },
		"Progressing",
		"pods. has 1",
	],
	["established", definition, status({ NamesAccepted: "True", Established: "True" }), "Healthy"],
	["being installed", definition, status({ NamesAccepted: "True", Established: "False Installing" }), "Progressing"],
	["not seen", definition, {}, "Progressing"],
	[
		"a name taken",
		definition,
		status({ NamesAccepted: "False PluralConflict taken", Established: "False NotAccepted" }),
		"Degraded",
		"taken",
	],
	["going", definition, status({ NamesAccepted: "True", Established: "True", Terminating: "True" }), "Progressing"],
	["answers", "APIService.apiregistration.k8s.io", status({ Available: "True" }), "Healthy"],
	["does not answer", "APIService.apiregistration.k8s.io", status({ Available: "False MissingEndpoints none" }), "Progressing", "none"],
	["scales", scaler, status({ AbleToScale: "True", ScalingActive: "True ValidMetricFound" }), "Healthy"],
	[
		"has no metrics",
		scaler,
		status({ AbleToScale: "True", ScalingActive: "False FailedGetResourceMetric no metrics" }),
		"Degraded",
		"no metrics",
	],
	["switched off", scaler, status({ AbleToScale: "True", ScalingActive: "False ScalingDisabled zero" }), "Suspended"],
	["not seen", scaler, {}, "Progressing"],
	[
		"conditions in an annotation",
		scaler,
		{
			metadata: {
				annotations: {
					"autoscaling.alpha.kubernetes.io/conditions": JSON.stringify(conditions({ AbleToScale: "False FailedGetScale gone" })),
				},
			},
		},
		"Degraded",
		"gone",
	],
	["without conditions", scaler, { status: { currentReplicas: 1 } }, "Healthy"],
	["broken conditions", scaler, { metadata: { annotations: { "autoscaling.alpha.kubernetes.io/conditions": "[" } } }, "Progressing"],
	["allows", "PodDisruptionBudget.policy", { status: { currentHealthy: 2, desiredHealthy: 1 } }, "Healthy"],
	[
		"allows nothing",
		"PodDisruptionBudget.policy",
		{ status: { currentHealthy: 0, desiredHealthy: 1 } },
		"Healthy",
		"nothing may be evicted",
	],
	["cannot be computed", "PodDisruptionBudget.policy", status({ DisruptionAllowed: "False SyncFailed no scale" }), "Degraded", "no scale"],
	["ready", "Node", status({ Ready: "True", DiskPressure: "False" }), "Healthy"],
	["silent", "Node", status({ Ready: "Unknown NodeStatusUnknown stopped posting" }), "Degraded", "stopped posting"],
	["full", "Node", status({ Ready: "True", DiskPressure: "True X full" }), "Degraded", "full"],
	["cordoned", "Node", { spec: { unschedulable: true }, ...status({ Ready: "True" }) }, "Suspended"],
	["counted", "ResourceQuota", { spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } }, "Healthy"],
	["not counted", "ResourceQuota", { spec: { hard: { pods: "1" } } }, "Progressing"],
	["signed", request, { status: { certificate: "x", conditions: conditions({ Approved: "True" }) } }, "Healthy"],
	["approved", request, status({ Approved: "True" }), "Progressing", "approved"],
	["denied", request, status({ Denied: "True No no" }), "Degraded"],
	["sound", "ValidatingAdmissionPolicy.admissionregistration.k8s.io", { status: { typeChecking: {} } }, "Healthy"],
	[
		"unsound",
		"ValidatingAdmissionPolicy.admissionregistration.k8s.io",
		{ status: { typeChecking: { expressionWarnings: [{ fieldRef: "a", warning: "undefined field" }] } } },
		"Degraded",
		"undefined field",
	],
	["dangling", "FlowSchema.flowcontrol.apiserver.k8s.io", status({ Dangling: "True NotFound no level" }), "Degraded", "no level"],
];

describe("the cluster's own kinds", () => {
	judges(cases);
});
