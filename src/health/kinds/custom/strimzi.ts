import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing, suspended } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionOf, type LiveObject, wordsOf } from "../../live-object.ts";
import { heldByAnnotation } from "../held.ts";

const held = heldByAnnotation("Its reconciliation is paused", "strimzi.io/pause-reconciliation", (value) => value === "true");

/** Strimzi has two types where others have one: what is not ready has NotReady=True. */
function strimzi(object: LiveObject): Health {
	const paused = conditionOf(object, "ReconciliationPaused");
	if (paused?.status === "True") return suspended(wordsOf(paused));
	const not = conditionOf(object, "NotReady");
	if (not?.status === "True") return not.reason === "Creating" ? progressing(wordsOf(not)) : degraded(wordsOf(not));
	const ready = conditionOf(object, "Ready");
	if (ready === undefined) return progressing("Its operator has not said yet whether it is ready");
	return ready.status === "True" ? healthy() : progressing(wordsOf(ready));
}

function rebalance(object: LiveObject): Health {
	const proposal = conditionOf(object, "ProposalReady");
	if (proposal?.status === "True") return suspended("Its proposal is ready and waits for approval");
	const stopped = conditionOf(object, "Stopped");
	if (stopped?.status === "True") return suspended("It was stopped");
	return strimzi(object);
}

const rule: KindRule = { held, assess: strimzi };
const kinds = ["Kafka", "KafkaTopic", "KafkaUser", "KafkaConnect", "KafkaConnector", "KafkaBridge", "KafkaMirrorMaker2"];

/** Strimzi: https://strimzi.io/docs/operators/latest/ */
export const kafka: KindRules = {
	...Object.fromEntries(kinds.map((kind) => [`${kind}.kafka.strimzi.io`, rule])),
	"KafkaRebalance.kafka.strimzi.io": { held, assess: rebalance },
	// Pools have warnings only: the Kafka that they belong to tells.
	"KafkaNodePool.kafka.strimzi.io": { held, assess: () => healthy() },
	"StrimziPodSet.core.strimzi.io": {
		assess: (object) => {
			const { pods, readyPods } = (object["status"] ?? {}) as { readonly pods?: number; readonly readyPods?: number };
			if (pods === undefined) return progressing("Its operator has not seen it yet");
			return (readyPods ?? 0) < pods ? progressing(`${readyPods ?? 0} of ${pods} Pods are ready`) : healthy();
		},
	},
};
