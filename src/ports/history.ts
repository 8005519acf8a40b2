import type { Questions } from "../core/flow/questions.ts";
import type { SignalOption } from "./repository.ts";

/** Answers one kind of question. */
type Answer<K extends keyof Questions> = (question: Questions[K]["ask"], options?: SignalOption) => Promise<Questions[K]["answer"]>;

/**
 * What can be asked of the history of one repository. Nothing is fetched, every answer is bounded in size and time, and
 * commits are named by their hash only. A commit that is not there is left out where a list is asked for; else `notFound`.
 */
export interface History {
	readonly line: Answer<"line">;
	readonly range: Answer<"range">;
	readonly commits: Answer<"commits">;
	readonly isAncestor: Answer<"isAncestor">;
	readonly mergeBase: Answer<"mergeBase">;
	readonly newest: Answer<"newest">;
	/** At most 10,000 files for each span. */
	readonly changes: Answer<"changes">;
	readonly patches: Answer<"patches">;
}
