import { describe, expect, it } from "vitest";
import type { DesiredObject } from "./object.ts";
import { type ObjectOptions, optionsOf } from "./object-options.ts";

function options(annotations: Record<string, string>): ObjectOptions {
	const object: DesiredObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", annotations } };
	return optionsOf(object);
}

const cases: readonly (readonly [string, Record<string, string>, Partial<ObjectOptions>])[] = [
	["our wave", { "gitward.dev/wave": "-3" }, { wave: -3 }],
	["Argo CD's wave", { "argocd.argoproj.io/sync-wave": "5" }, { wave: 5 }],
	["ours before Argo CD's", { "gitward.dev/wave": "1", "argocd.argoproj.io/sync-wave": "5" }, { wave: 1 }],
	["no wave that is no integer", { "gitward.dev/wave": "soon" }, { wave: 0 }],
	["our hook, which goes before the next by default", { "gitward.dev/hook": "PreSync" }, { hooks: ["PreSync"], hookDeletion: ["before"] }],
	[
		"Argo CD's hooks and when they go",
		{ "argocd.argoproj.io/hook": "PreSync, PostSync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded" },
		{ hooks: ["PreSync", "PostSync"], hookDeletion: ["succeeded"] },
	],
	["Argo CD's Skip", { "argocd.argoproj.io/hook": "Skip" }, { hooks: [], ignored: true }],
	[
		"Helm's hooks, once for install and upgrade, with their weight",
		{ "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-5", "helm.sh/hook-delete-policy": "hook-succeeded,hook-failed" },
		{ hooks: ["PreSync"], wave: -5, hookDeletion: ["succeeded", "failed"] },
	],
	["no weight without a hook", { "helm.sh/hook-weight": "7" }, { wave: 0 }],
	["Helm's tests are left alone", { "helm.sh/hook": "test" }, { ignored: true, hooks: [] }],
	["a rollback hook of Helm beside another", { "helm.sh/hook": "post-rollback,post-upgrade" }, { hooks: ["PostSync"], ignored: false }],
	["our keep", { "gitward.dev/prune": "disabled" }, { keep: true }],
	["Argo CD's keep", { "argocd.argoproj.io/sync-options": "Prune=false" }, { keep: true }],
	["Flux's keep", { "kustomize.toolkit.fluxcd.io/prune": "disabled" }, { keep: true }],
	["Helm's keep", { "helm.sh/resource-policy": "keep" }, { keep: true }],
	[
		"several of Argo CD's options",
		{ "argocd.argoproj.io/sync-options": "PruneLast=true,Replace=true,PrunePropagationPolicy=foreground" },
		{ pruneLast: true, replace: "always", propagation: "foreground" },
	],
	["Argo CD's Force", { "argocd.argoproj.io/sync-options": "Force=true" }, { replace: "immutable" }],
	["Flux's force", { "kustomize.toolkit.fluxcd.io/force": "enabled" }, { replace: "immutable" }],
	["Argo CD's confirmation", { "argocd.argoproj.io/sync-options": "Delete=confirm" }, { confirmPrune: true }],
	["Flux's reconcile", { "kustomize.toolkit.fluxcd.io/reconcile": "disabled" }, { ignored: true }],
	["Flux's IfNotPresent", { "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent" }, { ifAbsent: true }],
	["Flux's Merge, which is what an apply does anyway", { "kustomize.toolkit.fluxcd.io/ssa": "Merge" }, { ifAbsent: false, ignored: false }],
	["our drift mode", { "gitward.dev/drift": "ask" }, { drift: "ask" }],
	["no drift mode that nobody knows", { "gitward.dev/drift": "maybe" }, { drift: undefined }],
	["our conflicts", { "gitward.dev/conflicts": "report" }, { conflicts: "report" }],
	["nothing by names that objects inherit", { constructor: "x" }, { wave: 0, hooks: [] }],
];

describe("optionsOf", () => {
	it.each(cases)("reads %s", (_name, annotations, expected) => {
		expect(options(annotations)).toMatchObject(expected);
	});
});
