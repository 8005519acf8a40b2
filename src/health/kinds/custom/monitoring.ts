import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionOf, conditionsOf, type LiveObject, listAt, textAt, wordsOf } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";
import { heldAt } from "../held.ts";

const held = heldAt("It is paused", "spec", "paused");

/** Available may also have the status Degraded: some Pods are not ready, as in every rollout. */
function server(object: LiveObject): Health {
	const reconciled = conditionOf(object, "Reconciled");
	if (reconciled?.status === "False") return degraded(wordsOf(reconciled));
	const available = conditionOf(object, "Available");
	if (available === undefined) return progressing("Its operator has not said yet whether it is available");
	return available.status === "True" ? healthy() : progressing(wordsOf(available));
}

/** What is selected by servers says of each whether it took it, where the operator is told to write that. */
function selected(object: LiveObject): Health {
	for (const binding of listAt(object, "status", "bindings")) {
		const refused = conditionsOf(binding, "conditions").find(({ type, status }) => type === "Accepted" && status === "False");
		if (refused !== undefined) return degraded(`${textAt(binding, "name")}: ${wordsOf(refused)}`);
	}
	return healthy();
}

const servers = ["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"];
const parts = ["ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig", "PrometheusRule", "AlertmanagerConfig"];
const group = "monitoring.coreos.com";

const victoria: KindRule = byPhase({
	path: ["status", "updateStatus"],
	message: ["status", "reason"],
	healthy: ["operational"],
	progressing: ["expanding"],
	degraded: ["failed"],
	suspended: ["paused"],
});
const victoriaKinds = [
	"VMAgent",
	"VMAlert",
	"VMAlertmanager",
	"VMAuth",
	"VMCluster",
	"VMSingle",
	"VLSingle",
	"VLCluster",
	"VMRule",
	"VMUser",
];

/** The Prometheus operator and VictoriaMetrics'. */
export const monitoring: KindRules = {
	...Object.fromEntries(servers.map((kind) => [`${kind}.${group}`, { held, assess: server }])),
	...Object.fromEntries(parts.map((kind) => [`${kind}.${group}`, { assess: selected }])),
	...Object.fromEntries(victoriaKinds.map((kind) => [`${kind}.operator.victoriametrics.com`, victoria])),
	"Jaeger.jaegertracing.io": byPhase({ healthy: ["Running"], degraded: ["Failed"] }),
	"Grafana.grafana.integreatly.org": byPhase({
		path: ["status", "stageStatus"],
		message: ["status", "lastMessage"],
		healthy: ["success"],
		progressing: ["in progress"],
		degraded: ["failed"],
	}),
	"GrafanaDashboard.grafana.integreatly.org": byConditions({ ready: ["DashboardSynchronized"], broken: ["InvalidSpec"] }),
	"GrafanaDatasource.grafana.integreatly.org": byConditions({ ready: ["DatasourceSynchronized"], broken: ["InvalidSpec"] }),
};
