import { describe } from "vitest";
import { type Case, conditions, judges, status } from "../../fixture.ts";

const phase = (name: string, more: object = {}) => ({ status: { phase: name, ...more } });
const kafka = "Kafka.kafka.strimzi.io";
const postgres = "Cluster.postgresql.cnpg.io";
const ceph = "CephCluster.ceph.rook.io";
const prometheus = "Prometheus.monitoring.coreos.com";
const rabbit = "RabbitmqCluster.rabbitmq.com";

const databases: readonly Case[] = [
	["healthy", postgres, phase("Cluster in healthy state"), "Healthy"],
	["being set up", postgres, phase("Setting up primary"), "Progressing", "Setting up"],
	["unable", postgres, phase("Unable to create required cluster objects", { phaseReason: "forbidden" }), "Degraded", "forbidden"],
	["waits for a person", postgres, phase("Waiting for user action"), "Suspended"],
	[
		"cannot archive",
		postgres,
		phase("Cluster in healthy state", { conditions: conditions({ ContinuousArchiving: "False X no bucket" }) }),
		"Degraded",
		"no bucket",
	],
	["hibernated", postgres, { metadata: { annotations: { "cnpg.io/hibernation": "on" } } }, "Suspended"],
	["failed", "Backup.postgresql.cnpg.io", phase("failed", { error: "no wal" }), "Degraded", "no wal"],
	["applied", "Database.postgresql.cnpg.io", { status: { applied: true } }, "Healthy"],
	["refused", "Database.postgresql.cnpg.io", { status: { applied: false, message: "exists" } }, "Degraded", "exists"],
	["running", "postgresql.acid.zalan.do", { status: { PostgresClusterStatus: "Running" } }, "Healthy"],
	["failed", "postgresql.acid.zalan.do", { status: { PostgresClusterStatus: "SyncFailed" } }, "Degraded", "SyncFailed"],
	["running", "MongoDBCommunity.mongodbcommunity.mongodb.com", phase("Running"), "Healthy"],
	["failed", "MongoDBCommunity.mongodbcommunity.mongodb.com", phase("Failed", { message: "tls" }), "Degraded", "tls"],
	["paused", "PerconaXtraDBCluster.pxc.percona.com", { status: { state: "paused" } }, "Suspended"],
];

const messaging: readonly Case[] = [
	["ready", kafka, status({ Ready: "True" }), "Healthy"],
	["being made", kafka, status({ NotReady: "True Creating wait" }), "Progressing", "wait"],
	["invalid", kafka, status({ NotReady: "True InvalidResourceException storage" }), "Degraded", "storage"],
	["paused", kafka, status({ ReconciliationPaused: "True" }), "Suspended"],
	["paused by annotation", kafka, { metadata: { annotations: { "strimzi.io/pause-reconciliation": "true" } } }, "Suspended"],
	["not seen", "KafkaTopic.kafka.strimzi.io", {}, "Progressing"],
	["waits for approval", "KafkaRebalance.kafka.strimzi.io", status({ ProposalReady: "True" }), "Suspended"],
	["ready", "StrimziPodSet.core.strimzi.io", { status: { pods: 3, readyPods: 3 } }, "Healthy"],
	["not all", "StrimziPodSet.core.strimzi.io", { status: { pods: 3, readyPods: 1 } }, "Progressing", "1 of 3"],
	[
		"ready",
		rabbit,
		status({ AllReplicasReady: "True", ClusterAvailable: "True", NoWarnings: "True", ReconcileSuccess: "True" }),
		"Healthy",
	],
	[
		"not all",
		rabbit,
		status({ AllReplicasReady: "False NotAllPodsReady 1/3", ClusterAvailable: "True", ReconcileSuccess: "True" }),
		"Progressing",
		"1/3",
	],
	[
		"not reconciled",
		rabbit,
		status({ AllReplicasReady: "True", ClusterAvailable: "True", ReconcileSuccess: "False Error bad" }),
		"Degraded",
		"bad",
	],
	["paused", rabbit, { metadata: { labels: { "rabbitmq.com/pauseReconciliation": "true" } } }, "Suspended"],
	["refused", "Queue.rabbitmq.com", status({ Ready: "False FailedCreateOrUpdate no" }), "Degraded"],
];

const monitoring: readonly Case[] = [
	["available", prometheus, status({ Available: "True", Reconciled: "True" }), "Healthy"],
	["rolling", prometheus, status({ Available: "Degraded SomePodsNotReady shard 0", Reconciled: "True" }), "Progressing", "shard 0"],
	[
		"not reconciled",
		"Alertmanager.monitoring.coreos.com",
		status({ Available: "True", Reconciled: "False ReconciliationFailed config" }),
		"Degraded",
		"config",
	],
	["paused", prometheus, { spec: { paused: true } }, "Suspended"],
	["there", "ServiceMonitor.monitoring.coreos.com", {}, "Healthy"],
	[
		"refused",
		"PrometheusRule.monitoring.coreos.com",
		{ status: { bindings: [{ name: "main", conditions: conditions({ Accepted: "False InvalidConfiguration expr" }) }] } },
		"Degraded",
		"main: expr",
	],
	["operational", "VMCluster.operator.victoriametrics.com", { status: { updateStatus: "operational" } }, "Healthy"],
	["green", "Elasticsearch.elasticsearch.k8s.elastic.co", phase("Ready", { health: "green" }), "Healthy"],
	["yellow", "Elasticsearch.elasticsearch.k8s.elastic.co", phase("Ready", { health: "yellow" }), "Progressing", "yellow"],
	["red", "Elasticsearch.elasticsearch.k8s.elastic.co", phase("ApplyingChanges", { health: "red" }), "Degraded", "red"],
	["invalid", "Elasticsearch.elasticsearch.k8s.elastic.co", phase("Invalid"), "Degraded"],
	["moving", "Elasticsearch.elasticsearch.k8s.elastic.co", phase("MigratingData", { health: "green" }), "Progressing"],
	["green", "Kibana.kibana.k8s.elastic.co", { status: { health: "green" } }, "Healthy"],
	["not seen", "Kibana.kibana.k8s.elastic.co", {}, "Progressing"],
];

const storage: readonly Case[] = [
	["well", ceph, phase("Ready", { ceph: { health: "HEALTH_OK" } }), "Healthy"],
	[
		"warned",
		ceph,
		phase("Ready", { ceph: { health: "HEALTH_WARN", details: { OSD_DOWN: { message: "1 osds down" } } } }),
		"Progressing",
		"OSD_DOWN: 1 osds down",
	],
	["in error", ceph, phase("Ready", { ceph: { health: "HEALTH_ERR" } }), "Degraded"],
	["not made", ceph, phase("Failure", { message: "no mons" }), "Degraded", "no mons"],
	["ready", "CephBlockPool.ceph.rook.io", phase("Ready"), "Healthy"],
	["whole", "Volume.longhorn.io", { status: { state: "attached", robustness: "healthy" } }, "Healthy"],
	["rebuilt", "Volume.longhorn.io", { status: { state: "attached", robustness: "degraded" } }, "Progressing"],
	["lost", "Volume.longhorn.io", { status: { state: "detached", robustness: "faulted" } }, "Degraded"],
	["at rest", "Volume.longhorn.io", { status: { state: "detached", robustness: "unknown" } }, "Healthy"],
	["down", "Node.longhorn.io", status({ Ready: "False KubernetesNodeNotReady gone" }), "Degraded", "gone"],
	["done", "Backup.velero.io", phase("Completed"), "Healthy"],
	["half done", "Restore.velero.io", phase("PartiallyFailed", { failureReason: "1 error" }), "Degraded", "1 error"],
	["at work", "Backup.velero.io", phase("InProgress"), "Progressing", "InProgress"],
	["paused", "Schedule.velero.io", { spec: { paused: true } }, "Suspended"],
	["out of reach", "BackupStorageLocation.velero.io", phase("Unavailable", { message: "403" }), "Degraded", "403"],
];

describe("databases", () => {
	judges(databases);
});
describe("messaging", () => {
	judges(messaging);
});
describe("monitoring", () => {
	judges(monitoring);
});
describe("storage systems", () => {
	judges(storage);
});
