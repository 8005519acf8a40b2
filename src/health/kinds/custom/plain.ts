import { healthy } from "../../answers.ts";
import type { KindRules } from "../../kind-rule.ts";

/** Rules for kinds of a group that are as they should be once they are there. */
export function plainKinds(group: string, kinds: readonly string[]): KindRules {
	return Object.fromEntries(kinds.map((kind) => [`${kind}.${group}`, { assess: () => healthy() }]));
}
