import type { Health } from "../core/health.ts";
import { degraded, healthy, progressing, suspended } from "./answers.ts";
import { at, type Condition, conditionsOf, type LiveObject, listAt, numberAt, textAt, wordsOf } from "./live-object.ts";

/** Words in a reason that say that waiting does not help. */
const failure =
	/^Err[A-Z]|[Ff]ail|[Ee]rror|[Ii]nvalid|[Dd]enied|[Ff]orbidden|[Rr]eject|[Uu]nauthori[sz]ed|[Cc]rash|[Bb]ack[Oo]ff|[Cc]onflict|[Uu]nsupported|[Mm]isconfigur|[Ee]xceeded|[Ee]xpired/u;

/** Whether a condition's reason says that waiting does not help. */
export function saysFailure({ reason }: Condition): boolean {
	return failure.test(reason);
}

/** Health while an Object is being deleted; undefined where it is not. */
export function deletion(object: LiveObject): Health | undefined {
	const since = at(object, "metadata", "deletionTimestamp");
	if (since === undefined || since === null) return undefined;
	const finalizers = listAt(object, "metadata", "finalizers").join(", ");
	return progressing(`It is being deleted${finalizers === "" ? "" : ` and waits for ${finalizers}`}`);
}

/** Health while the controller has not seen the newest generation; undefined where it has, or does not say. */
export function notObserved(object: LiveObject, observed = numberAt(object, "status", "observedGeneration")): Health | undefined {
	const generation = numberAt(object, "metadata", "generation");
	if (generation === undefined || observed === undefined || observed >= generation) return undefined;
	return progressing(`Its controller has not seen generation ${generation} yet`);
}

/** What the conditions that stand for a whole Object say: `True` is well, and for others the reason decides. */
export function fromReadiness(object: LiveObject, condition: Condition): Health {
	const stale = notObserved(object, condition.observedGeneration);
	if (stale !== undefined) return stale;
	if (condition.status === "True") return healthy();
	if (condition.status === "False" && saysFailure(condition)) return degraded(wordsOf(condition));
	return progressing(wordsOf(condition));
}

/**
 * Health of any kind, by the conventions of kstatus (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus) and the
 * condition types that most controllers share; the table stands in docs/health.md.
 */
export function byConventions(object: LiveObject): Health {
	const conditions = conditionsOf(object);
	const isTrue = (...types: readonly string[]): Condition | undefined =>
		conditions.find(({ type, status }) => status === "True" && types.includes(type));
	const stalled = isTrue("Stalled");
	if (stalled !== undefined) return degraded(wordsOf(stalled));
	const held = isTrue("Suspended", "Paused");
	if (held !== undefined) return suspended(wordsOf(held));
	const reconciling = isTrue("Reconciling");
	if (reconciling !== undefined) return progressing(wordsOf(reconciling));
	const broken = isTrue("Failed", "Degraded", "Failure", "Error");
	if (broken !== undefined) return degraded(wordsOf(broken));
	// Crossplane's two: what it last did, and what it last started.
	const undone = conditions.find(({ type, status }) => status === "False" && (type === "Synced" || type === "LastAsyncOperation"));
	if (undone?.reason === "ReconcilePaused") return suspended(wordsOf(undone));
	if (undone !== undefined && (undone.type === "LastAsyncOperation" || saysFailure(undone))) return degraded(wordsOf(undone));
	for (const name of ["Ready", "Available", "Succeeded", "Complete", "Healthy", "Synced"]) {
		const found = conditions.find(({ type }) => type === name);
		if (found !== undefined) return fromReadiness(object, found);
	}
	const phase = textAt(object, "status", "phase");
	return /^(?:failed|error)$/iu.test(phase) ? degraded(textAt(object, "status", "message") || `Its phase is ${phase}`) : healthy();
}
