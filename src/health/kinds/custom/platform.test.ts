import { describe } from "vitest";
import { type Case, conditions, judges, status } from "../../fixture.ts";

const gateway = "Gateway.gateway.networking.k8s.io";
const route = "HTTPRoute.gateway.networking.k8s.io";
const parents = (byType: Readonly<Record<string, string>>) => ({
	status: { parents: [{ parentRef: { name: "edge" }, controllerName: "x", conditions: conditions(byType) }] },
});
const listeners = (byType: Readonly<Record<string, string>>) => ({
	status: {
		conditions: conditions({ Accepted: "True", Programmed: "True" }),
		listeners: [{ name: "https", conditions: conditions(byType) }],
	},
});
const phase = (name: string, more: object = {}) => ({ status: { phase: name, ...more } });

const networks: readonly Case[] = [
	["programmed", gateway, listeners({ Accepted: "True", Programmed: "True", ResolvedRefs: "True", Conflicted: "False" }), "Healthy"],
	["not taken", gateway, {}, "Progressing"],
	["pending", gateway, status({ Accepted: "True", Programmed: "False Pending wait" }), "Progressing", "wait"],
	["invalid", gateway, status({ Accepted: "True", Programmed: "False Invalid no" }), "Degraded"],
	[
		"without its certificate",
		gateway,
		listeners({ ResolvedRefs: "False InvalidCertificateRef no secret" }),
		"Degraded",
		"Listener https: no secret",
	],
	["in conflict", gateway, listeners({ Conflicted: "True HostnameConflict twice" }), "Degraded", "twice"],
	["accepted", route, parents({ Accepted: "True", ResolvedRefs: "True" }), "Healthy"],
	["not taken", route, { status: { parents: [] } }, "Progressing"],
	["not accepted", route, parents({ Accepted: "False NoMatchingParent none", ResolvedRefs: "True" }), "Degraded", "edge: none"],
	["pending", route, parents({ Accepted: "False Pending wait" }), "Progressing"],
	["without its backend", route, parents({ Accepted: "True", ResolvedRefs: "False BackendNotFound no service" }), "Degraded", "no service"],
	["half known", route, parents({ ResolvedRefs: "True" }), "Progressing"],
	["accepted", "GatewayClass.gateway.networking.k8s.io", status({ Accepted: "True" }), "Healthy"],
	["not taken", "GatewayClass.gateway.networking.k8s.io", status({ Accepted: "Unknown Pending" }), "Progressing"],
	["there", "ReferenceGrant.gateway.networking.k8s.io", {}, "Healthy"],
	["without analysis", "VirtualService.networking.istio.io", {}, "Healthy"],
	[
		"with an error",
		"VirtualService.networking.istio.io",
		{ status: { validationMessages: [{ level: "ERROR", type: { code: "IST0101" } }] } },
		"Degraded",
		"IST0101",
	],
	[
		"with a warning",
		"Gateway.networking.istio.io",
		{ status: { validationMessages: [{ level: "WARNING", type: { code: "IST0102" } }] } },
		"Healthy",
	],
	["healthy", "IstioOperator.install.istio.io", { status: { status: "HEALTHY" } }, "Healthy"],
	["ready", "Service.serving.knative.dev", status({ Ready: "True", RoutesReady: "True" }), "Healthy"],
	["on its way", "Service.serving.knative.dev", status({ Ready: "Unknown RevisionMissing" }), "Progressing"],
	["failed", "Service.serving.knative.dev", status({ Ready: "False RevisionMissing no image" }), "Degraded", "no image"],
	["invalid", "HTTPProxy.projectcontour.io", { status: { currentStatus: "invalid", description: "no host" } }, "Degraded", "no host"],
	[
		"not admitted",
		"Route.route.openshift.io",
		{ status: { ingress: [{ routerName: "a", conditions: conditions({ Admitted: "False HostAlreadyClaimed taken" }) }] } },
		"Degraded",
		"taken",
	],
];

const secrets: readonly Case[] = [
	["synced", "ExternalSecret.external-secrets.io", status({ Ready: "True SecretSynced" }), "Healthy"],
	["not synced", "ExternalSecret.external-secrets.io", status({ Ready: "False SecretSyncedError no key" }), "Degraded", "no key"],
	["not seen", "ExternalSecret.external-secrets.io", {}, "Progressing"],
	["invalid", "SecretStore.external-secrets.io", status({ Ready: "False InvalidProviderConfig no" }), "Degraded"],
	["valid", "ClusterSecretStore.external-secrets.io", status({ Ready: "True Valid" }), "Healthy"],
	["unsealed", "SealedSecret.bitnami.com", status({ Synced: "True" }), "Healthy"],
	["of another key", "SealedSecret.bitnami.com", status({ Synced: "False X no key could decrypt secret" }), "Degraded", "no key"],
	["without a status", "SealedSecret.bitnami.com", {}, "Healthy"],
];

const infrastructure: readonly Case[] = [
	["provisioned", "Cluster.cluster.x-k8s.io", { status: { phase: "Provisioned", conditions: conditions({ Ready: "True" }) } }, "Healthy"],
	[
		"not ready",
		"Cluster.cluster.x-k8s.io",
		{ status: { phase: "Provisioned", conditions: conditions({ Ready: "False ScalingUp 1 of 3" }) } },
		"Progressing",
		"1 of 3",
	],
	["failed", "Cluster.cluster.x-k8s.io", phase("Failed", { failureMessage: "no quota" }), "Degraded", "no quota"],
	["paused", "Cluster.cluster.x-k8s.io", { spec: { paused: true } }, "Suspended"],
	["paused", "Machine.cluster.x-k8s.io", { metadata: { annotations: { "cluster.x-k8s.io/paused": "true" } } }, "Suspended"],
	["no node yet", "Machine.cluster.x-k8s.io", phase("Provisioned"), "Progressing"],
	["running", "Machine.cluster.x-k8s.io", phase("Running"), "Healthy"],
	["installed", "Provider.pkg.crossplane.io", status({ Installed: "True", Healthy: "True" }), "Healthy"],
	["unpacking", "Provider.pkg.crossplane.io", status({ Installed: "False Unpacking" }), "Progressing"],
	["unhealthy", "Function.pkg.crossplane.io", status({ Installed: "True", Healthy: "False UnhealthyPackageRevision no" }), "Degraded"],
	[
		"offered",
		"CompositeResourceDefinition.apiextensions.crossplane.io",
		status({ Established: "True WatchingCompositeResource" }),
		"Healthy",
	],
	["active", "ScaledObject.keda.sh", status({ Ready: "True", Active: "True", Fallback: "False", Paused: "False" }), "Healthy"],
	["in fallback", "ScaledObject.keda.sh", status({ Ready: "True", Fallback: "True FallbackExists source" }), "Degraded"],
	["paused", "ScaledObject.keda.sh", { metadata: { annotations: { "autoscaling.keda.sh/paused-replicas": "0" } } }, "Suspended"],
	["invalid", "ScaledObject.keda.sh", status({ Ready: "False ScaledObjectCheckFailed no target" }), "Degraded"],
	["in force", "ClusterPolicy.kyverno.io", status({ Ready: "True Succeeded" }), "Healthy"],
	["in force, as older ones say", "ClusterPolicy.kyverno.io", { status: { ready: true } }, "Healthy"],
	["not in force", "Policy.kyverno.io", { status: { ready: false } }, "Progressing"],
	["made", "ConstraintTemplate.templates.gatekeeper.sh", { status: { created: true, byPod: [{ id: "a" }] } }, "Healthy"],
	[
		"wrong",
		"ConstraintTemplate.templates.gatekeeper.sh",
		{ status: { byPod: [{ errors: [{ code: "ingest_error", message: "rego" }] }] } },
		"Degraded",
		"rego",
	],
	[
		"violated",
		"K8sRequiredLabels.constraints.gatekeeper.sh",
		{ status: { byPod: [{ enforced: true }], totalViolations: 4 } },
		"Healthy",
		"4 objects",
	],
	["not enforced", "K8sRequiredLabels.constraints.gatekeeper.sh", {}, "Progressing"],
	["installed", "ClusterServiceVersion.operators.coreos.com", phase("Succeeded"), "Healthy"],
	["waits for a person", "InstallPlan.operators.coreos.com", phase("RequiresApproval"), "Suspended"],
	[
		"upgrading",
		"ClusterOperator.config.openshift.io",
		status({ Available: "True", Degraded: "False", Progressing: "True X 1 of 2" }),
		"Progressing",
		"1 of 2",
	],
	["with errors", "Keycloak.k8s.keycloak.org", status({ Ready: "False", HasErrors: "True X no db" }), "Degraded", "no db"],
];

describe("networks", () => {
	judges(networks);
});
describe("secrets", () => {
	judges(secrets);
});
describe("infrastructure and policies", () => {
	judges(infrastructure);
});
