import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { at, countAt, type LiveObject, listAt, textAt } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { plainKinds } from "./plain.ts";

const byCondition = byConditions({ ready: ["Ready"] });

/** Older versions have a field where newer ones have a condition. */
const kyverno: KindRule = {
	assess: (object) => {
		if (listAt(object, "status", "conditions").length > 0) return byCondition.assess(object);
		const ready = at(object, "status", "ready") ?? at(object, "status", "conditionStatus", "ready");
		const message = textAt(object, "status", "conditionStatus", "message");
		return ready === true ? healthy() : progressing(message || "It is not in force yet");
	},
};

/** The first thing that one of Gatekeeper's Pods has against it. */
function complaint(object: LiveObject): string | undefined {
	for (const pod of listAt(object, "status", "byPod")) {
		const [error] = listAt(pod, "errors");
		if (error !== undefined) return textAt(error, "message") || textAt(error, "code") || "Gatekeeper refuses it";
	}
	return undefined;
}

function template(object: LiveObject): Health {
	const error = complaint(object);
	if (error !== undefined) return degraded(error);
	return at(object, "status", "created") === true ? healthy() : progressing("Its constraint kind is not made yet");
}

function constraint(object: LiveObject): Health {
	const error = complaint(object);
	if (error !== undefined) return degraded(error);
	const pods = listAt(object, "status", "byPod");
	if (pods.length === 0) return progressing("It is not enforced yet");
	if (pods.some((pod) => at(pod, "enforced") === false)) return progressing("Not every Pod of Gatekeeper enforces it yet");
	const violations = countAt(object, "status", "totalViolations");
	return healthy(violations === 0 ? "" : `${violations} objects violate it`);
}

function mutator(object: LiveObject): Health {
	const error = complaint(object);
	return error === undefined ? healthy() : degraded(error);
}

/** Kyverno and Gatekeeper. */
export const policies: KindRules = {
	"ClusterPolicy.kyverno.io": kyverno,
	"Policy.kyverno.io": kyverno,
	"*.policies.kyverno.io": kyverno,
	...plainKinds("kyverno.io", ["PolicyException", "UpdateRequest", "GlobalContextEntry"]),
	"PolicyException.policies.kyverno.io": { assess: () => healthy() },
	"ConstraintTemplate.templates.gatekeeper.sh": { assess: template },
	"*.constraints.gatekeeper.sh": { assess: constraint },
	"*.mutations.gatekeeper.sh": { assess: mutator },
};
