import type { KindRule, KindRules } from "../../kind-rule.ts";
import { type LiveObject, textAt } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";

/** A pause is a label there. */
function held(object: LiveObject): string | undefined {
	return textAt(object, "metadata", "labels", "rabbitmq.com/pauseReconciliation") === "true" ? "Its reconciliation is paused" : undefined;
}

const topology: KindRule = byConditions({ ready: ["Ready"] });
const kinds = ["Queue", "Exchange", "Binding", "User", "Vhost", "Policy", "Permission", "Shovel", "Federation", "SchemaReplication"];

/** RabbitMQ's operators; Kafka stands in strimzi.ts. */
export const messaging: KindRules = {
	"RabbitmqCluster.rabbitmq.com": byConditions({
		ready: ["ReconcileSuccess", "ClusterAvailable", "AllReplicasReady"],
		failedReasons: ["Error", "FailedCLICommand"],
		held,
	}),
	...Object.fromEntries(kinds.map((kind) => [`${kind}.rabbitmq.com`, topology])),
};
