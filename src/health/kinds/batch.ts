import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing, suspended } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { conditionOf, countAt, type LiveObject, numberAt, wordsOf } from "../live-object.ts";
import { heldAt } from "./held.ts";

function job(object: LiveObject): Health {
	const complete = conditionOf(object, "Complete");
	if (complete?.status === "True") return healthy("Completed");
	const failed = conditionOf(object, "Failed");
	if (failed?.status === "True") return degraded(wordsOf(failed));
	const target = conditionOf(object, "FailureTarget");
	if (target?.status === "True") return degraded(wordsOf(target));
	const held = conditionOf(object, "Suspended");
	if (held?.status === "True") return suspended(wordsOf(held));
	const succeeded = countAt(object, "status", "succeeded");
	const failures = countAt(object, "status", "failed");
	const completions = numberAt(object, "spec", "completions") ?? 1;
	const after = failures === 0 ? "" : `, after ${failures} failed tries`;
	return progressing(`${succeeded} of ${completions} completions are done${after}`);
}

/** What runs to its end. */
export const batch: KindRules = {
	// Asked of the conditions first: a Job that ended stays so, whatever spec.suspend says.
	"Job.batch": { assess: (object) => (job(object).status === "Progressing" ? (heldJob(object) ?? job(object)) : job(object)) },
	"CronJob.batch": { held: heldAt("It is suspended: no new Jobs are started", "spec", "suspend"), assess: () => healthy() },
};

function heldJob(object: LiveObject): Health | undefined {
	const words = heldAt("It is suspended", "spec", "suspend")(object);
	return words === undefined ? undefined : suspended(words);
}
