import { describe } from "vitest";
import { type Case, judges, status } from "../../fixture.ts";

const certificate = "Certificate.cert-manager.io";
const kustomization = "Kustomization.kustomize.toolkit.fluxcd.io";
const phase = (name: string, more: object = {}) => ({ status: { phase: name, ...more } });

const certManager: readonly Case[] = [
	["issued", certificate, status({ Ready: "True Ready" }), "Healthy"],
	["issued, being renewed", certificate, status({ Ready: "True Ready", Issuing: "True Renewing" }), "Healthy"],
	[
		"being issued",
		certificate,
		status({ Ready: "False DoesNotExist no secret", Issuing: "True DoesNotExist" }),
		"Progressing",
		"no secret",
	],
	[
		"refused",
		certificate,
		status({ Ready: "False DoesNotExist", Issuing: "False Failed order is invalid" }),
		"Degraded",
		"order is invalid",
	],
	["expired", certificate, status({ Ready: "False Expired yesterday" }), "Degraded", "yesterday"],
	["not seen", certificate, {}, "Progressing"],
	["ready", "ClusterIssuer.cert-manager.io", status({ Ready: "True" }), "Healthy"],
	["not registered", "Issuer.cert-manager.io", status({ Ready: "False ErrRegisterACMEAccount no" }), "Degraded"],
	["pending", "CertificateRequest.cert-manager.io", status({ Approved: "True", Ready: "False Pending" }), "Progressing"],
	["denied", "CertificateRequest.cert-manager.io", status({ Denied: "True policy no", Ready: "False Denied" }), "Degraded"],
	["failed", "CertificateRequest.cert-manager.io", status({ Ready: "False Failed no" }), "Degraded"],
	["valid", "Order.acme.cert-manager.io", { status: { state: "valid" } }, "Healthy"],
	["errored", "Challenge.acme.cert-manager.io", { status: { state: "errored", reason: "404" } }, "Degraded", "404"],
];

const argo: readonly Case[] = [
	["healthy", "Rollout.argoproj.io", { status: { phase: "Healthy", observedGeneration: "2" } }, "Healthy"],
	["an earlier generation", "Rollout.argoproj.io", { status: { phase: "Healthy", observedGeneration: "1" } }, "Progressing"],
	["in a pause", "Rollout.argoproj.io", phase("Paused", { message: "CanaryPauseStep" }), "Suspended", "CanaryPauseStep"],
	["held", "Rollout.argoproj.io", { spec: { paused: true } }, "Suspended"],
	["aborted", "Rollout.argoproj.io", phase("Degraded", { abort: true, message: "RolloutAborted" }), "Degraded", "RolloutAborted"],
	["wrong", "Rollout.argoproj.io", status({ InvalidSpec: "True InvalidSpec no selector" }), "Degraded", "no selector"],
	["rolling", "Rollout.argoproj.io", phase("Progressing", { message: "more replicas" }), "Progressing", "more replicas"],
	["passed", "AnalysisRun.argoproj.io", phase("Successful"), "Healthy"],
	["inconclusive", "AnalysisRun.argoproj.io", phase("Inconclusive"), "Unknown"],
	["failed", "Experiment.argoproj.io", phase("Failed", { message: "metric" }), "Degraded", "metric"],
	["done", "Workflow.argoproj.io", { spec: { suspend: true }, ...phase("Succeeded") }, "Healthy"],
	["suspended", "Workflow.argoproj.io", { spec: { suspend: true }, ...phase("Running") }, "Suspended"],
	["failed", "Workflow.argoproj.io", phase("Error", { message: "exit 1" }), "Degraded", "exit 1"],
	["cannot start", "CronWorkflow.argoproj.io", status({ SpecError: "True Bad schedule" }), "Degraded"],
	["healthy", "Application.argoproj.io", { status: { health: { status: "Healthy" }, sync: { status: "Synced" } } }, "Healthy"],
	["degraded", "Application.argoproj.io", { status: { health: { status: "Degraded", message: "pods" } } }, "Degraded", "pods"],
	[
		"failed to sync",
		"Application.argoproj.io",
		{ status: { health: { status: "Healthy" }, operationState: { phase: "Failed", message: "hook" } } },
		"Degraded",
		"hook",
	],
	[
		"at work",
		"Application.argoproj.io",
		{ status: { health: { status: "Healthy" }, operationState: { phase: "Running" } } },
		"Progressing",
	],
	["not seen", "Application.argoproj.io", {}, "Progressing"],
	["made all", "ApplicationSet.argoproj.io", status({ ErrorOccurred: "False", ResourcesUpToDate: "True" }), "Healthy"],
	["broken", "ApplicationSet.argoproj.io", status({ ErrorOccurred: "True X generator", ResourcesUpToDate: "False" }), "Degraded"],
	["there", "AppProject.argoproj.io", {}, "Healthy"],
	["deployed", "EventSource.argoproj.io", status({ SourcesProvided: "True", Deployed: "True" }), "Healthy"],
	["not deployed", "EventSource.argoproj.io", status({ SourcesProvided: "True", Deployed: "False Wait soon" }), "Progressing", "soon"],
	["invalid", "Sensor.argoproj.io", status({ DependenciesProvided: "False InvalidDependencies none" }), "Degraded"],
	["half known", "Sensor.argoproj.io", status({ DependenciesProvided: "True" }), "Progressing", "TriggersProvided"],
];

const flux: readonly Case[] = [
	["ready", kustomization, status({ Ready: "True ReconciliationSucceeded" }), "Healthy"],
	["suspended", kustomization, { spec: { suspend: true }, status: { observedGeneration: 1 } }, "Suspended"],
	[
		"failed, tried again",
		kustomization,
		status({ Reconciling: "True ProgressingWithRetry", Ready: "False BuildFailed no file" }),
		"Degraded",
		"no file",
	],
	["waits for another", kustomization, status({ Ready: "False DependencyNotReady infra" }), "Progressing", "infra"],
	["at work", kustomization, status({ Ready: "Unknown Progressing applying", Reconciling: "True Progressing" }), "Progressing", "applying"],
	[
		"stalled",
		"HelmRelease.helm.toolkit.fluxcd.io",
		status({ Ready: "False InstallFailed", Stalled: "True RetriesExceeded 3 tries" }),
		"Degraded",
		"3 tries",
	],
	["fetched", "GitRepository.source.toolkit.fluxcd.io", status({ Ready: "True", ArtifactInStorage: "True" }), "Healthy"],
	["not fetched", "OCIRepository.source.toolkit.fluxcd.io", status({ Ready: "False OCIArtifactPullFailed denied" }), "Degraded", "denied"],
	["an address only", "HelmRepository.source.toolkit.fluxcd.io", { spec: { type: "oci" } }, "Healthy"],
	["not fetched yet", "HelmRepository.source.toolkit.fluxcd.io", { spec: {} }, "Progressing"],
	["chart", "HelmChart.source.toolkit.fluxcd.io", status({ Ready: "True" }), "Healthy"],
	["bucket", "Bucket.source.toolkit.fluxcd.io", status({ Ready: "False BucketOperationFailed no" }), "Degraded"],
	["policy", "ImagePolicy.image.toolkit.fluxcd.io", status({ Ready: "True" }), "Healthy"],
	["there", "Alert.notification.toolkit.fluxcd.io", {}, "Healthy"],
];

const runs: readonly Case[] = [
	["running", "PipelineRun.tekton.dev", status({ Succeeded: "Unknown Running 1 of 2" }), "Progressing", "1 of 2"],
	["succeeded", "TaskRun.tekton.dev", status({ Succeeded: "True Succeeded" }), "Healthy"],
	["cancelled", "PipelineRun.tekton.dev", status({ Succeeded: "False Cancelled by hand" }), "Degraded", "by hand"],
	["not to start", "PipelineRun.tekton.dev", { spec: { status: "PipelineRunPending" } }, "Suspended"],
	["there", "Task.tekton.dev", {}, "Healthy"],
	["running", "VirtualMachine.kubevirt.io", { status: { printableStatus: "Running" } }, "Healthy"],
	["stopped", "VirtualMachine.kubevirt.io", { status: { printableStatus: "Stopped" } }, "Suspended"],
	["starting", "VirtualMachine.kubevirt.io", { status: { printableStatus: "Starting" } }, "Progressing"],
	["without a place", "VirtualMachine.kubevirt.io", { status: { printableStatus: "ErrorUnschedulable" } }, "Degraded"],
	["broken", "VirtualMachine.kubevirt.io", status({ Failure: "True X no PVC" }), "Degraded", "no PVC"],
	["failed", "VirtualMachineInstance.kubevirt.io", phase("Failed"), "Degraded"],
	["imported", "DataVolume.cdi.kubevirt.io", phase("Succeeded"), "Healthy"],
	[
		"failed",
		"SparkApplication.sparkoperator.k8s.io",
		{ status: { applicationState: { state: "FAILED", errorMessage: "oom" } } },
		"Degraded",
		"oom",
	],
	["stable", "FlinkDeployment.flink.apache.org", { status: { lifecycleState: "STABLE" } }, "Healthy"],
];

describe("cert-manager", () => {
	judges(certManager);
});
describe("Argo", () => {
	judges(argo);
});
describe("Flux", () => {
	judges(flux);
});
describe("runs", () => {
	judges(runs);
});
