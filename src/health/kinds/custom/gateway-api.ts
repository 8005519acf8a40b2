import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import { notObserved } from "../../conventions.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { type Condition, conditionsOf, type LiveObject, listAt, textAt, wordsOf } from "../../live-object.ts";
import { plainKinds } from "./plain.ts";

/** Reasons of a False condition that pass by waiting. */
const passing = new Set(["Pending", "Waiting", "AddressNotAssigned", "NotReconciled", "ListenersNotReady"]);

/** What conditions of the types say, which all must be True where they are there. */
function saying(object: LiveObject, conditions: readonly Condition[], types: readonly string[], where: string): Health | undefined {
	for (const type of types) {
		const condition = conditions.find((each) => each.type === type);
		if (condition === undefined) continue;
		const stale = notObserved(object, condition.observedGeneration);
		if (stale !== undefined) return stale;
		if (condition.status === "True") continue;
		const words = `${where}${wordsOf(condition)}`;
		return condition.status === "False" && !passing.has(condition.reason) ? degraded(words) : progressing(words);
	}
	return undefined;
}

function gateway(object: LiveObject): Health {
	const own = conditionsOf(object);
	if (own.length === 0) return progressing("No controller has taken it yet");
	const broken = saying(object, own, ["Accepted", "Programmed"], "");
	if (broken !== undefined) return broken;
	for (const listener of listAt(object, "status", "listeners")) {
		const where = `Listener ${textAt(listener, "name")}: `;
		const conflict = conditionsOf(listener, "conditions").find(({ type, status }) => type === "Conflicted" && status === "True");
		if (conflict !== undefined) return degraded(`${where}${wordsOf(conflict)}`);
		const trouble = saying(object, conditionsOf(listener, "conditions"), ["Accepted", "ResolvedRefs", "Programmed"], where);
		if (trouble !== undefined) return trouble;
	}
	return healthy();
}

/** What hangs on others says for each of them whether it is accepted there. */
function attached(path: "parents" | "ancestors"): KindRule {
	const ref = path === "parents" ? "parentRef" : "ancestorRef";
	return {
		assess: (object) => {
			const all = listAt(object, "status", path);
			if (all.length === 0) return progressing("Nothing that it refers to has taken it yet");
			for (const one of all) {
				const where = `${textAt(one, ref, "name")}: `;
				const conditions = conditionsOf(one, "conditions");
				const trouble = saying(object, conditions, ["Accepted", "ResolvedRefs", "Programmed"], where);
				if (trouble !== undefined) return trouble;
				if (!conditions.some(({ type }) => type === "Accepted")) return progressing(`${where}it is not accepted yet`);
			}
			return healthy();
		},
	};
}

const group = "gateway.networking.k8s.io";
const routes = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

/** Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/ */
export const gatewayApi: KindRules = {
	...plainKinds(group, ["ReferenceGrant"]),
	...Object.fromEntries(routes.map((kind) => [`${kind}.${group}`, attached("parents")])),
	"BackendTLSPolicy.gateway.networking.k8s.io": attached("ancestors"),
	"Gateway.gateway.networking.k8s.io": { assess: gateway },
	"GatewayClass.gateway.networking.k8s.io": {
		assess: (object) =>
			conditionsOf(object).length === 0
				? progressing("No controller has taken it yet")
				: (saying(object, conditionsOf(object), ["Accepted"], "") ?? healthy()),
	},
};
