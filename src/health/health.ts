import type { HealthRule } from "../core/documents/environment.ts";
import type { Health } from "../core/health.ts";
import { builtInHealth } from "./built-in.ts";
import type { LiveObject } from "./live-object.ts";

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
	/** Longest time that one evaluation of a rule may take, in milliseconds. */
	readonly timeoutMs?: number;
}

/** An assessor with the rules of an Environment, which come before Gitward's own; the first that fits an Object counts. */
export function createHealth(_rules: readonly HealthRule[], _options: HealthOptions = {}): HealthAssessor {
	return { assess: builtInHealth, close: async () => {} };
}
