import type { Flow } from "./flow.ts";

type Model = Flow["model"];

interface EventKind {
	readonly name: string;
	readonly models: readonly Model[];
	/** In that model, the event whose actions follow where `on` has none for this one. */
	readonly general?: Readonly<Partial<Record<Model, string>>>;
	/** False: it is no movement of refs, and comes from a forge or from Gitward's own change requests. */
	readonly fromRefs: boolean;
	readonly says: string;
}

const both: readonly Model[] = ["git-flow", "trunk-based"];
const gitFlow: readonly Model[] = ["git-flow"];
const trunk: readonly Model[] = ["trunk-based"];

/** The events of the models, in the order in which those of one change are given. */
export const eventKinds: readonly EventKind[] = [
	{ name: "feature-branch-pushed", models: gitFlow, fromRefs: true, says: "a feature branch was created or moved" },
	{ name: "branch-pushed", models: trunk, fromRefs: true, says: "a short-lived branch was created or moved" },
	{ name: "branch-rewritten", models: both, fromRefs: true, says: "main or develop was moved so that it lost commits" },
	{ name: "merge-to-develop", models: gitFlow, fromRefs: true, says: "a branch was merged to develop" },
	{
		name: "push-to-develop",
		models: gitFlow,
		general: { "git-flow": "merge-to-develop" },
		fromRefs: true,
		says: "commits came to develop without a merge",
	},
	{ name: "release-branch-created", models: both, fromRefs: true, says: "a release branch was cut" },
	{
		name: "cherry-pick-to-release",
		models: trunk,
		general: { "trunk-based": "release-branch-updated" },
		fromRefs: true,
		says: "commits of main were copied to a release branch",
	},
	{ name: "release-branch-updated", models: both, fromRefs: true, says: "a release branch was moved" },
	{ name: "hotfix-branch-created", models: gitFlow, fromRefs: true, says: "a hotfix branch was cut" },
	{ name: "hotfix-branch-updated", models: gitFlow, fromRefs: true, says: "a hotfix branch was moved" },
	{
		name: "hotfix-merged",
		models: gitFlow,
		general: { "git-flow": "merge-to-main" },
		fromRefs: true,
		says: "a hotfix branch was merged to main",
	},
	{ name: "merge-to-main", models: both, fromRefs: true, says: "a branch was merged to main" },
	{
		name: "push-to-main",
		models: both,
		general: { "trunk-based": "merge-to-main" },
		fromRefs: true,
		says: "commits came to main without a merge",
	},
	{ name: "back-merge-to-develop", models: gitFlow, fromRefs: true, says: "a release, a hotfix or main was merged to develop" },
	{
		name: "release-from-main",
		models: trunk,
		general: { "trunk-based": "tag" },
		fromRefs: true,
		says: "a version tag was set on main, without a release branch",
	},
	{ name: "tag", models: both, fromRefs: true, says: "a version tag was set" },
	{ name: "tag-moved", models: both, fromRefs: true, says: "a version tag was moved, which none should be" },
	{ name: "branch-deleted", models: both, fromRefs: true, says: "a branch with a role was deleted" },
	{ name: "back-merge-missing", models: gitFlow, fromRefs: true, says: "what a release or hotfix brought to main never came to develop" },
	{ name: "change-request-to-develop", models: gitFlow, fromRefs: false, says: "a change request to develop was opened or updated" },
	{ name: "change-request-to-main", models: both, fromRefs: false, says: "a change request to main was opened or updated" },
];

/** Names of all events that a Flow may speak of: its model's and its own. */
export function eventNamesOf(model: Model, custom: Iterable<string>): readonly string[] {
	return [...eventKinds.filter(({ models }) => models.includes(model)).map(({ name }) => name), ...custom];
}

/** The event whose actions follow where a Flow gives none for this one. */
export function generalEvent(model: Model, name: string): string | undefined {
	return eventKinds.find((each) => each.name === name)?.general?.[model];
}

/** Sorts events of one change; custom ones come last. */
export function eventRank(name: string): number {
	const rank = eventKinds.findIndex((each) => each.name === name);
	return rank === -1 ? eventKinds.length : rank;
}
