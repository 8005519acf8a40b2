import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing, suspended, unknown } from "../answers.ts";
import type { KindRule } from "../kind-rule.ts";
import { type LiveObject, textAt } from "../live-object.ts";

export interface PhaseTable {
	/** Where the phase stands: `status.phase` where absent. */
	readonly path?: readonly string[];
	/** Where a message stands that explains it: `status.message` where absent. */
	readonly message?: readonly string[];
	readonly healthy: readonly string[];
	readonly progressing?: readonly string[];
	readonly degraded?: readonly string[];
	readonly suspended?: readonly string[];
	/** What a phase means that is not listed: progressing where absent. */
	readonly otherwise?: "Unknown" | "Degraded";
	/** Health while there is no phase: progressing where absent. */
	readonly absent?: Health;
	readonly held?: KindRule["held"];
}

/** A rule for kinds that tell their state in one word, which is compared without regard to case. */
export function byPhase(table: PhaseTable): KindRule {
	const meanings = new Map<string, (message: string) => Health>();
	const means = (phases: readonly string[] | undefined, health: (message: string) => Health): void => {
		for (const phase of phases ?? []) meanings.set(phase.toLowerCase(), health);
	};
	means(table.healthy, () => healthy());
	means(table.progressing, progressing);
	means(table.degraded, degraded);
	means(table.suspended, suspended);
	const other = table.otherwise === "Degraded" ? degraded : table.otherwise === "Unknown" ? unknown : progressing;
	return {
		...(table.held === undefined ? {} : { held: table.held }),
		assess: (object: LiveObject) => {
			const path = table.path ?? ["status", "phase"];
			const phase = textAt(object, ...path);
			if (phase === "") return table.absent ?? progressing("Its controller has not said yet how it is");
			const message = textAt(object, ...(table.message ?? ["status", "message"]));
			return (meanings.get(phase.toLowerCase()) ?? other)(message || `Its ${path.at(-1) ?? "phase"} is ${phase}`);
		},
	};
}
