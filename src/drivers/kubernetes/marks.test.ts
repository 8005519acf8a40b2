import { expect, it } from "vitest";
import type { LiveMetadata } from "./client/client.ts";
import { describeOwner, isOurs } from "./marks.ts";

const owner = { instance: "0123456789ab", environment: "staging", application: "shop" };
const metadata = (given: Partial<LiveMetadata>): LiveMetadata => ({ name: "a", uid: "1", resourceVersion: "1", ...given });
const marked = (instance: string, text: string): LiveMetadata =>
	metadata({ labels: { "gitward.dev/instance": instance }, annotations: { "gitward.dev/owner": text } });

it("knows its own by both marks, or as the very object whose marks are gone", () => {
	expect(isOurs(marked("0123456789ab", "staging/shop"), owner)).toBe(true);
	expect(isOurs(marked("0123456789ab", "staging/other"), owner, "1")).toBe(false);
	expect(isOurs(marked("ffffffffffff", "staging/shop"), owner, "1")).toBe(false);
	expect(isOurs(metadata({}), owner)).toBe(false);
	expect(isOurs(metadata({}), owner, "1")).toBe(true);
	expect(isOurs(metadata({}), owner, "2")).toBe(false);
	expect(isOurs(metadata({ labels: { "gitward.dev/instance": "0123456789ab" } }), owner)).toBe(false);
});

it("says whose something is", () => {
	expect(describeOwner(marked("ffffffffffff", "prod/x"), owner)).toBe("the Application x of another Gitward (ffffffffffff)");
	expect(describeOwner(metadata({ labels: { "gitward.dev/instance": "ffffffffffff" } }), owner)).toBe("another Gitward (ffffffffffff)");
	expect(describeOwner(marked("0123456789ab", "staging/other"), owner)).toBe("the Application other");
	expect(describeOwner(marked("0123456789ab", "prod/shop"), owner)).toBe("the Application shop in prod");
	expect(describeOwner(metadata({ annotations: { "argocd.argoproj.io/tracking-id": "shop:/ConfigMap:a/b" } }), owner)).toBe(
		"the Argo CD application shop",
	);
	expect(describeOwner(metadata({ labels: { "kustomize.toolkit.fluxcd.io/name": "shop" } }), owner)).toBe("the Flux kustomization shop");
	expect(describeOwner(metadata({ annotations: { "meta.helm.sh/release-name": "shop" } }), owner)).toBe("the Helm release shop");
	expect(
		describeOwner(
			metadata({ ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "2", controller: true }] }),
			owner,
		),
	).toBe("the ReplicaSet web");
	expect(describeOwner(metadata({}), owner)).toBeUndefined();
});
