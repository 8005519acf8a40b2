import { hashValue } from "../hash.ts";
import type { BranchRole } from "./flow.ts";
import type { Oid } from "./refs.ts";

/** How a branch came into another. A fast-forward left no trace but the branch's own name. */
export type MergeMethod = "merge" | "squash" | "rebase" | "fast-forward";

/** Something that happened in a Git workflow. */
export interface FlowEvent {
	/** Hash of what makes it: name, ref, before, after, source. The same however often Gitward looks. */
	readonly id: string;
	/** `merge-to-develop`; one of `eventKinds` or the Flow's own. */
	readonly name: string;
	/** Full name of the branch or tag it happened to, `refs/heads/develop`. */
	readonly ref: string;
	/** Commit before; absent where the ref was created. */
	readonly before?: Oid;
	/** Commit that came of it, which actions work on; absent where the ref was deleted. */
	readonly after?: Oid;
	readonly method?: MergeMethod;
	/** What was merged; its branch is absent where nothing tells its name. */
	readonly source?: FlowSource;
	/** The ref was moved so that it lost commits. */
	readonly forced?: true;
	/** Commits that came with it, where they were counted. */
	readonly commits?: number;
	/** Copies of commits of main on a release branch. */
	readonly picks?: readonly { readonly commit: Oid; readonly of: Oid }[];
	readonly author?: string;
	readonly email?: string;
	readonly subject?: string;
	/** Parts of the monorepo that it affects; absent where the Flow has none. */
	readonly parts?: readonly string[];
}

export interface FlowSource {
	readonly branch?: string;
	readonly role?: BranchRole;
	/** Its commit that was merged. */
	readonly commit: Oid;
}

/** An event before it has its id. */
export type EventFacts = Omit<FlowEvent, "id">;

/** Gives an event its id. */
export function withId(facts: EventFacts): FlowEvent {
	const { name, ref, before, after, source } = facts;
	return { id: hashValue({ name, ref, before, after, source: source?.commit, of: source?.branch }).slice(0, 40), ...facts };
}
