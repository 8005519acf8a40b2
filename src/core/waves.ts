import type { Change, Plan } from "./change.ts";
import type { HookPhase } from "./object.ts";

/** One thing that a Sync does before it goes on: hooks of a phase, a wave of Objects, or the deletions. */
export interface Stage {
	readonly kind: "hooks" | "wave" | "prune";
	readonly phase?: HookPhase;
	readonly wave?: number;
	readonly changes: readonly Change[];
}

/** The stages of a plan, in the order in which a Sync walks through them; those without changes are left out. */
export function stagesOf(plan: Plan): readonly Stage[] {
	const stages: Stage[] = [];
	const hooks = (phase: HookPhase): void => {
		const changes = plan.changes.filter((change) => change.hook === phase);
		if (changes.length > 0) stages.push({ kind: "hooks", phase, changes });
	};
	const parts = plan.changes.filter((change) => change.hook === undefined && change.desired !== undefined);
	const deletions = plan.changes.filter((change) => change.hook === undefined && change.desired === undefined);
	hooks("PreSync");
	hooks("Sync");
	for (const wave of new Set(parts.map((change) => change.wave))) {
		stages.push({ kind: "wave", wave, changes: parts.filter((change) => change.wave === wave) });
	}
	hooks("PostSync");
	if (deletions.length > 0) stages.push({ kind: "prune", changes: deletions });
	return stages;
}
