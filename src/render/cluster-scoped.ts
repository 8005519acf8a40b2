import type { DesiredObject } from "../core/object.ts";
import { refOf } from "../core/object.ts";

/** Kinds of Kubernetes itself that belong to no namespace, by API group. */
const builtIn: Readonly<Record<string, readonly string[]>> = {
	"": ["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
	"admissionregistration.k8s.io": [
		"MutatingAdmissionPolicy",
		"MutatingAdmissionPolicyBinding",
		"MutatingWebhookConfiguration",
		"ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding",
		"ValidatingWebhookConfiguration",
	],
	"apiextensions.k8s.io": ["CustomResourceDefinition"],
	"apiregistration.k8s.io": ["APIService"],
	"certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
	"flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
	"internal.apiserver.k8s.io": ["StorageVersion"],
	"networking.k8s.io": ["IPAddress", "IngressClass", "ServiceCIDR"],
	"node.k8s.io": ["RuntimeClass"],
	"rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
	"resource.k8s.io": ["DeviceClass", "DeviceTaintRule", "ResourceSlice"],
	"scheduling.k8s.io": ["PriorityClass"],
	"storage.k8s.io": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
	"storagemigration.k8s.io": ["StorageVersionMigration"],
};

/** Tells which Objects belong to no namespace: by the kinds of Kubernetes itself, and the CustomResourceDefinitions among them. */
export function clusterScope(objects: readonly DesiredObject[]): (object: DesiredObject) => boolean {
	const kinds = new Set(Object.entries(builtIn).flatMap(([group, names]) => names.map((name) => `${name}.${group}`)));
	for (const object of objects) {
		const { kind, group } = refOf(object);
		if (kind !== "CustomResourceDefinition" || group !== "apiextensions.k8s.io") continue;
		const spec = object["spec"] as
			| { readonly group?: unknown; readonly scope?: unknown; readonly names?: { readonly kind?: unknown } | null }
			| null
			| undefined;
		const id = `${String(spec?.names?.kind)}.${String(spec?.group)}`;
		if (spec?.scope === "Cluster") kinds.add(id);
	}
	return (object) => {
		const { kind, group } = refOf(object);
		return kinds.has(`${kind}.${group}`);
	};
}
