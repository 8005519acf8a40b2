import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing, suspended } from "../answers.ts";
import { fromReadiness } from "../conventions.ts";
import type { KindRule } from "../kind-rule.ts";
import { type Condition, conditionsOf, type LiveObject, wordsOf } from "../live-object.ts";

export interface ConditionTable {
	/** Types that must all be True; the first that is not decides. */
	readonly ready: readonly string[];
	/** `Type` or `Type=Status` that mean broken, whatever else is said. */
	readonly broken?: readonly string[];
	/** `Type` or `Type=Status` that mean held by intent. */
	readonly paused?: readonly string[];
	/** `Type` or `Type=Status` that mean on its way, though ready. */
	readonly busy?: readonly string[];
	/** Reasons of a ready type that is False, by which waiting does not help; else words like `Failed` in it tell. */
	readonly failedReasons?: readonly string[];
	/** Reasons by which it does help, although they sound bad. */
	readonly passingReasons?: readonly string[];
	/** What False means where the reason does not tell: progressing where absent. */
	readonly otherwise?: "Degraded";
	/** Health while there is no ready type: progressing where absent. */
	readonly absent?: Health;
	readonly held?: KindRule["held"];
}

/** The first condition that one of the patterns `Type` or `Type=Status` names. */
export function matching(conditions: readonly Condition[], patterns: readonly string[] = []): Condition | undefined {
	for (const pattern of patterns) {
		const [type, status = "True"] = pattern.split("=");
		const found = conditions.find((condition) => condition.type === type && condition.status === status);
		if (found !== undefined) return found;
	}
	return undefined;
}

function oneReady(object: LiveObject, condition: Condition, table: ConditionTable): Health {
	const health = fromReadiness(object, condition);
	if (condition.status !== "False") return health;
	const words = wordsOf(condition);
	if (table.passingReasons?.includes(condition.reason) === true) return progressing(words);
	if (table.failedReasons?.includes(condition.reason) === true || table.otherwise === "Degraded") return degraded(words);
	return health;
}

/** A rule for kinds whose conditions tell. */
export function byConditions(table: ConditionTable): KindRule {
	return {
		...(table.held === undefined ? {} : { held: table.held }),
		assess: (object) => {
			const conditions = conditionsOf(object);
			const broken = matching(conditions, table.broken);
			if (broken !== undefined) return degraded(wordsOf(broken));
			const paused = matching(conditions, table.paused);
			if (paused !== undefined) return suspended(wordsOf(paused));
			for (const type of table.ready) {
				const condition = conditions.find((each) => each.type === type);
				if (condition === undefined) return table.absent ?? progressing(`Its controller has not said yet whether it is ${type}`);
				const health = oneReady(object, condition, table);
				if (health.status !== "Healthy") return health;
			}
			const busy = matching(conditions, table.busy);
			return busy === undefined ? healthy() : progressing(wordsOf(busy));
		},
	};
}
