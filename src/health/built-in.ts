import type { Health } from "../core/health.ts";
import { suspended } from "./answers.ts";
import { byConventions, deletion, notObserved } from "./conventions.ts";
import { knownRule } from "./known-kinds.ts";
import { type LiveObject, textAt } from "./live-object.ts";

/** API group of an Object; empty for the core group. */
export function groupOf(object: LiveObject): string {
	const version = textAt(object, "apiVersion");
	const slash = version.indexOf("/");
	return slash < 0 ? "" : version.slice(0, slash);
}

/** Health by what Gitward itself knows: rules for known kinds, conventions for all others. Pure and quick. */
export function builtInHealth(object: LiveObject): Health {
	const leaving = deletion(object);
	if (leaving !== undefined) return leaving;
	const rule = knownRule(groupOf(object), textAt(object, "kind"));
	const held = rule?.held?.(object);
	if (held !== undefined) return suspended(held);
	return notObserved(object) ?? (rule === undefined ? byConventions(object) : rule.assess(object));
}
