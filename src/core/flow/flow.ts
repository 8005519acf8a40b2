import type { FlowDocument } from "../documents/flow.ts";
import { matchesGlob } from "../glob.ts";

/** What a branch is for in the workflow; `other` has no role in it. */
export type BranchRole = "main" | "develop" | "feature" | "release" | "hotfix" | "other";

/** Branches of a workflow with all defaults filled in. */
export interface FlowBranches {
	readonly main: string;
	readonly develop: string;
	readonly feature: readonly string[];
	readonly release: readonly string[];
	readonly hotfix: readonly string[];
}

/** A Flow document with all defaults filled in. */
export interface Flow extends Omit<FlowDocument["spec"], "branches"> {
	readonly name: string;
	readonly branches: FlowBranches;
}

/** Branch names where a Flow says nothing. */
export function defaultBranches(model: FlowDocument["spec"]["model"]): FlowBranches {
	return {
		main: "main",
		develop: "develop",
		feature: model === "trunk-based" ? ["*"] : ["feature/*"],
		release: ["release/*"],
		hotfix: ["hotfix/*"],
	};
}

/** Fills in what a Flow document leaves out. */
export function toFlow({ metadata, spec }: FlowDocument): Flow {
	const given = Object.fromEntries(Object.entries(spec.branches ?? {}).filter(([, value]) => value !== undefined));
	return { ...spec, name: metadata.name, branches: { ...defaultBranches(spec.model), ...given } };
}

/** The role of a branch; the model `custom` gives none. */
export function roleOf({ model, branches }: Flow, branch: string): BranchRole {
	if (model === "custom") return "other";
	const fits = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(glob, branch));
	if (branch === branches.main) return "main";
	if (model === "git-flow" && branch === branches.develop) return "develop";
	if (fits(branches.release)) return "release";
	if (model === "git-flow" && fits(branches.hotfix)) return "hotfix";
	return fits(branches.feature) ? "feature" : "other";
}

/** A branch that others are merged to, and what may be merged there. */
export interface Target {
	readonly branch: string;
	readonly role: "main" | "develop";
	/** Roles of branches that the workflow merges there, likeliest first. */
	readonly sources: readonly BranchRole[];
	/** Further ones, which the workflow does not foresee. */
	readonly strays: readonly BranchRole[];
}

/** Branches whose merges are events. */
export function targetsOf({ model, branches }: Flow): readonly Target[] {
	if (model === "trunk-based") return [{ branch: branches.main, role: "main", sources: ["feature"], strays: ["release", "other"] }];
	if (model === "custom") return [];
	return [
		{ branch: branches.develop, role: "develop", sources: ["feature", "hotfix", "release", "main"], strays: ["other"] },
		{ branch: branches.main, role: "main", sources: ["release", "hotfix"], strays: ["develop", "feature", "other"] },
	];
}
