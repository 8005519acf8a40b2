import type { Health } from "../../core/health.ts";
import { healthy, progressing } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { type LiveObject, listAt, textAt } from "../live-object.ts";

function service(object: LiveObject): Health {
	if (textAt(object, "spec", "type") !== "LoadBalancer") return healthy();
	// Without it no address is to come: it was given by hand.
	if (listAt(object, "spec", "externalIPs").length > 0) return healthy();
	return listAt(object, "status", "loadBalancer", "ingress").length > 0
		? healthy()
		: progressing("It waits for an address of its load balancer");
}

/** Not every controller publishes an address, so one without is well too, as kstatus has it. */
function ingress(object: LiveObject): Health {
	return healthy(listAt(object, "status", "loadBalancer", "ingress").length > 0 ? "" : "Its controller has published no address");
}

/** What leads traffic to Pods. */
export const network: KindRules = {
	Service: { assess: service },
	"Ingress.networking.k8s.io": { assess: ingress },
	"Ingress.extensions": { assess: ingress },
};
