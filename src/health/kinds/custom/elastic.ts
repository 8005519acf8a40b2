import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { type LiveObject, textAt } from "../../live-object.ts";
import { heldByAnnotation } from "../held.ts";

const held = heldByAnnotation("Its operator is told not to manage it", "eck.k8s.elastic.co/managed", (value) => value === "false");

function elastic(object: LiveObject): Health {
	const phase = textAt(object, "status", "phase");
	const health = textAt(object, "status", "health");
	if (phase === "Invalid") return degraded("Its specification is invalid");
	if (phase === "Stalled") return degraded("A change of its nodes cannot go on");
	if (health === "red") return degraded("Its health is red");
	if (health === "yellow") return progressing("Its health is yellow: some replicas of shards have no node");
	if (phase !== "" && phase !== "Ready") return progressing(`Its phase is ${phase}`);
	return health === "green" ? healthy() : progressing(`Its health is ${health || "not known yet"}`);
}

const rule: KindRule = { held, assess: elastic };

/** Elastic's operator (ECK). */
export const elasticStack: KindRules = {
	"Elasticsearch.elasticsearch.k8s.elastic.co": rule,
	"Kibana.kibana.k8s.elastic.co": rule,
	"ApmServer.apm.k8s.elastic.co": rule,
	"Agent.agent.k8s.elastic.co": rule,
	"Beat.beat.k8s.elastic.co": rule,
	"EnterpriseSearch.enterprisesearch.k8s.elastic.co": rule,
	"Logstash.logstash.k8s.elastic.co": rule,
	"ElasticMapsServer.maps.k8s.elastic.co": rule,
};
