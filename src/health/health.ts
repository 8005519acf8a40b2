import type { HealthRule } from "../core/documents/environment.ts";
import { matchesGlob } from "../core/glob.ts";
import type { Health } from "../core/health.ts";
import { createExpressionRunner } from "../lib/cel/expression-runner.ts";
import { builtInHealth, groupOf } from "./built-in.ts";
import { deletion } from "./conventions.ts";
import { type LiveObject, textAt } from "./live-object.ts";
import { celRule } from "./rules/cel.ts";
import type { CustomRule } from "./rules/custom-rule.ts";
import { createLuaRunner } from "./rules/lua.ts";

/** Says how healthy Objects are. */
export interface HealthAssessor {
	/**
	 * Health of a live Object as its API gives it. At once for what Gitward knows itself and for most CEL rules; a promise where a rule
	 * is evaluated apart, under limits of time and memory. Never throws or rejects: a rule that fails gives Unknown with its message.
	 */
	assess(object: LiveObject): Health | Promise<Health>;
	/** Ends the threads of rules; safe to call twice. */
	close(): Promise<void>;
}

export interface HealthOptions {
	/** Longest time that one evaluation of a rule may take, in milliseconds; 1,000 where absent. */
	readonly timeoutMs?: number;
}

const maxKinds = 10_000;

/** An assessor with the rules of an Environment, which come before Gitward's own; the first that fits an Object counts. */
export function createHealth(rules: readonly HealthRule[], { timeoutMs = 1000 }: HealthOptions = {}): HealthAssessor {
	if (rules.length === 0) return { assess: builtInHealth, close: async () => {} };
	const expressions = createExpressionRunner({ timeoutMs });
	const scripts = createLuaRunner({ timeoutMs });
	const ready = rules.map(({ group, kind, cel, lua }) => ({
		group,
		kind,
		rule: cel === undefined ? scripts.rule(lua ?? "") : celRule(cel, expressions),
	}));
	const byKind = new Map<string, CustomRule | undefined>();

	function ruleFor(object: LiveObject): CustomRule | undefined {
		const group = groupOf(object);
		const kind = textAt(object, "kind");
		const key = `${kind}.${group}`;
		if (!byKind.has(key)) {
			if (byKind.size >= maxKinds) byKind.clear();
			byKind.set(key, ready.find((each) => matchesGlob(each.group, group) && matchesGlob(each.kind, kind))?.rule);
		}
		return byKind.get(key);
	}

	return {
		assess(object) {
			const rule = ruleFor(object);
			if (rule === undefined) return builtInHealth(object);
			const given = rule(object);
			const settled = (health: Health | undefined): Health => {
				const own = health ?? builtInHealth(object);
				// A rule may know why it takes long; one that does not look at the deletion is not right to call it well.
				return own.status === "Healthy" || own.status === "Unknown" ? (deletion(object) ?? own) : own;
			};
			return given instanceof Promise ? given.then(settled) : settled(given);
		},
		async close() {
			await Promise.all([expressions.close(), scripts.close()]);
		},
	};
}
