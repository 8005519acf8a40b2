import { expect, it } from "vitest";
import { rankOf } from "./rank.ts";

const rank = (kind: string, group = ""): number => rankOf({ kind, group, namespace: "", name: "a" });

it("puts what others need before them", () => {
	const inOrder = [
		rank("Namespace"),
		rank("ResourceQuota"),
		rank("CustomResourceDefinition", "apiextensions.k8s.io"),
		rank("ServiceAccount"),
		rank("Role", "rbac.authorization.k8s.io"),
		rank("Deployment", "apps"),
		rank("Ingress", "networking.k8s.io"),
		rank("Certificate", "cert-manager.io"),
		rank("ValidatingWebhookConfiguration", "admissionregistration.k8s.io"),
	];
	expect(inOrder).toEqual([...new Set(inOrder)].toSorted((a, b) => a - b));
	expect(rank("ConfigMap")).toBe(rank("ServiceAccount"));
	expect(rank("Service")).toBe(rank("Deployment", "apps"));
	// A kind of the same name in another group is another kind.
	expect(rank("Service", "serving.knative.dev")).toBe(rank("Certificate", "cert-manager.io"));
});
