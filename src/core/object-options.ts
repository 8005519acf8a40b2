import type { DriftMode } from "./documents/environment.ts";
import { annotation, type DesiredObject, type HookPhase } from "./object.ts";

/** When the Object of a hook is deleted: before the next one of its name is made, when it succeeded, when it failed. */
export type HookDeletion = "before" | "succeeded" | "failed";

/** What the annotations of an Object ask for, whoever's they are: Gitward's own, Argo CD's, Flux's or Helm's. */
export interface ObjectOptions {
	/** Apply order; 0 where nothing is said or it is no integer. */
	readonly wave: number;
	/** Phases in which it is run as a job of the Sync; empty for a part of the Application. */
	readonly hooks: readonly HookPhase[];
	readonly hookDeletion: readonly HookDeletion[];
	/** Never deleted by Gitward. */
	readonly keep: boolean;
	/** May be taken over where it exists and is not ours. */
	readonly adopt: boolean;
	/** Left alone altogether: neither made, changed, watched nor deleted. */
	readonly ignored: boolean;
	/** Made where it is missing, never changed after. */
	readonly ifAbsent: boolean;
	/** What to do where only a replacement leads to what is desired; undefined: as the Environment says. */
	readonly replace: "never" | "immutable" | "always" | undefined;
	/** What to do about fields that another manager owns; undefined: as the Environment says. */
	readonly conflicts: "force" | "report" | undefined;
	/** Instead of the Application's. */
	readonly drift: DriftMode | undefined;
	/** Deleted only when everything else of the Sync is done and well. */
	readonly pruneLast: boolean;
	/** A deletion of it waits for `gitward sync --confirm`. */
	readonly confirmPrune: boolean;
	/** What becomes of its dependents when it is deleted; undefined: they go in the background. */
	readonly propagation: "foreground" | "background" | "orphan" | undefined;
}

const none: ObjectOptions = {
	wave: 0,
	hooks: [],
	hookDeletion: [],
	keep: false,
	adopt: false,
	ignored: false,
	ifAbsent: false,
	replace: undefined,
	conflicts: undefined,
	drift: undefined,
	pruneLast: false,
	confirmPrune: false,
	propagation: undefined,
};

const phases: ReadonlyMap<string, HookPhase | "ignored"> = new Map([
	["PreSync", "PreSync"],
	["Sync", "Sync"],
	["PostSync", "PostSync"],
	["SyncFail", "SyncFail"],
	["PreDelete", "PreDelete"],
	["PostDelete", "PostDelete"],
	["Skip", "ignored"],
	// Helm's names, https://helm.sh/docs/topics/charts_hooks/
	["pre-install", "PreSync"],
	["pre-upgrade", "PreSync"],
	["post-install", "PostSync"],
	["post-upgrade", "PostSync"],
	["pre-delete", "PreDelete"],
	["post-delete", "PostDelete"],
	["pre-rollback", "ignored"],
	["post-rollback", "ignored"],
	["test", "ignored"],
	["test-success", "ignored"],
	["test-failure", "ignored"],
]);

const hookDeletions: ReadonlyMap<string, HookDeletion> = new Map([
	["BeforeHookCreation", "before"],
	["HookSucceeded", "succeeded"],
	["HookFailed", "failed"],
	["before-hook-creation", "before"],
	["hook-succeeded", "succeeded"],
	["hook-failed", "failed"],
]);

function list(text: string | undefined): readonly string[] {
	return text === undefined ? [] : text.split(",").map((part) => part.trim());
}

function oneOf<T extends string>(text: string | undefined, values: readonly T[]): T | undefined {
	return values.find((value) => value === text);
}

/** Reads the annotations of an Object; those that nobody knows, or with values that nobody knows, say nothing. */
export function optionsOf(object: DesiredObject): ObjectOptions {
	const { annotations } = object.metadata;
	if (annotations === undefined) return none;
	const at = (name: string): string | undefined => (Object.hasOwn(annotations, name) ? annotations[name] : undefined);
	const argo = new Set(list(at("argocd.argoproj.io/sync-options")));
	const flux = at("kustomize.toolkit.fluxcd.io/ssa");
	const hookText = at(annotation.hook) ?? at("argocd.argoproj.io/hook") ?? at("helm.sh/hook");
	const named = list(hookText).map((name) => phases.get(name));
	const hooks = [...new Set(named.filter((phase) => phase !== undefined && phase !== "ignored"))];
	const waveText = at(annotation.wave) ?? at("argocd.argoproj.io/sync-wave") ?? (hooks.length > 0 ? at("helm.sh/hook-weight") : undefined);
	const wave = Number(waveText ?? "0");
	const deletionText = at(annotation.hookDelete) ?? at("argocd.argoproj.io/hook-delete-policy") ?? at("helm.sh/hook-delete-policy");
	const deletions = list(deletionText).flatMap((name) => hookDeletions.get(name) ?? []);
	return {
		wave: Number.isSafeInteger(wave) ? wave : 0,
		hooks,
		hookDeletion: hooks.length > 0 && deletions.length === 0 ? ["before"] : deletions,
		keep:
			at(annotation.prune) === "disabled" ||
			at("kustomize.toolkit.fluxcd.io/prune") === "disabled" ||
			at("helm.sh/resource-policy") === "keep" ||
			argo.has("Prune=false") ||
			argo.has("Delete=false"),
		adopt: at(annotation.adopt) === "true",
		ignored:
			at(annotation.reconcile) === "disabled" ||
			at("kustomize.toolkit.fluxcd.io/reconcile") === "disabled" ||
			flux === "Ignore" ||
			(named.length > 0 && hooks.length === 0 && named.includes("ignored")),
		ifAbsent: at(annotation.ifAbsent) === "true" || flux === "IfNotPresent",
		replace:
			oneOf(at(annotation.replace), ["never", "immutable", "always"]) ??
			(argo.has("Replace=true") ? "always" : undefined) ??
			(argo.has("Force=true") || at("kustomize.toolkit.fluxcd.io/force") === "enabled" ? "immutable" : undefined),
		conflicts: oneOf(at(annotation.conflicts), ["force", "report"]),
		drift: oneOf(at(annotation.drift), ["heal", "report", "ask"]),
		pruneLast: argo.has("PruneLast=true") || at(annotation.prune) === "last",
		confirmPrune: argo.has("Prune=confirm") || argo.has("Delete=confirm") || at(annotation.prune) === "confirm",
		propagation:
			oneOf(at(annotation.propagation), ["foreground", "background", "orphan"]) ??
			oneOf([...argo].find((option) => option.startsWith("PrunePropagationPolicy="))?.slice("PrunePropagationPolicy=".length), [
				"foreground",
				"background",
				"orphan",
			]),
	};
}
