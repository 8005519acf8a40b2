import type { KindRules } from "../../kind-rule.ts";
import type { LiveObject } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { heldByAnnotation } from "../held.ts";
import { plainKinds } from "./plain.ts";

function held(object: LiveObject): string | undefined {
	return (
		heldByAnnotation("Its scaling is paused", "autoscaling.keda.sh/paused", (value) => value === "true")(object) ??
		heldByAnnotation("Its scaling is paused at a number of replicas", "autoscaling.keda.sh/paused-replicas", () => true)(object)
	);
}

const scaled = byConditions({ ready: ["Ready"], broken: ["Fallback"], paused: ["Paused"], otherwise: "Degraded", held });

/** KEDA: https://keda.sh/docs/latest/reference/scaledobject-spec/ */
export const scaling: KindRules = {
	"ScaledObject.keda.sh": scaled,
	"ScaledJob.keda.sh": scaled,
	...plainKinds("keda.sh", ["TriggerAuthentication", "ClusterTriggerAuthentication"]),
};
