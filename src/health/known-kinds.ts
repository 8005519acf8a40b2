import type { KindRule, KindRules } from "./kind-rule.ts";

const groups: readonly KindRules[] = [];

const rules: ReadonlyMap<string, KindRule> = new Map(groups.flatMap((group) => Object.entries(group)));

/** The rule for a kind that Gitward knows; undefined for others, whose conditions speak. */
export function knownRule(group: string, kind: string): KindRule | undefined {
	return rules.get(group === "" ? kind : `${kind}.${group}`);
}
