import type { Health } from "../core/health.ts";
import type { LiveObject } from "./live-object.ts";

/** How healthy Objects of one kind are. Asked only for those that are not being deleted. */
export interface KindRule {
	/** Why an Object is held by intent; undefined where it is not. Asked before its controller must have seen it. */
	readonly held?: (object: LiveObject) => string | undefined;
	/** Asked when its controller has seen the newest generation, or does not say. */
	readonly assess: (object: LiveObject) => Health;
}

/** Rules by `Kind.group`, as in a key of an Object; `Kind` alone in the core group. */
export type KindRules = Readonly<Record<string, KindRule>>;
