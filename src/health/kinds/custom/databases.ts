import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing, suspended } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { at, conditionOf, type LiveObject, textAt, wordsOf } from "../../live-object.ts";
import { byPhase } from "../by-phase.ts";
import { heldAt, heldByAnnotation } from "../held.ts";

/** CloudNativePG's phases are sentences; these begin those that need a person. */
const unable =
	/^(?:unable|cluster cannot|cluster has (?:an )?unrecoverable|not enough disk|unknown plugin|failed|architecture|.*unrecoverable)/iu;

function cloudNativePg(object: LiveObject): Health {
	const hibernated = conditionOf(object, "cnpg.io/hibernation");
	if (hibernated?.status === "True") return suspended(wordsOf(hibernated));
	const phase = textAt(object, "status", "phase");
	const words = [phase, textAt(object, "status", "phaseReason")].filter((part) => part !== "").join(": ");
	if (phase === "") return progressing("Its operator has not seen it yet");
	if (phase !== "Cluster in healthy state") {
		if (/waiting for user action/iu.test(phase)) return suspended(words);
		return unable.test(phase) ? degraded(words) : progressing(words);
	}
	const archiving = conditionOf(object, "ContinuousArchiving");
	return archiving?.status === "False" ? degraded(wordsOf(archiving)) : healthy();
}

function database(object: LiveObject): Health {
	const applied = at(object, "status", "applied");
	if (applied === undefined) return progressing("It has not been applied yet");
	return applied === true ? healthy() : degraded(textAt(object, "status", "message") || "It could not be applied");
}

const percona: KindRule = byPhase({
	path: ["status", "state"],
	healthy: ["ready"],
	progressing: ["initializing", "stopping", "pending", "unknown", "none"],
	degraded: ["error"],
	suspended: ["paused"],
});
const mongo: KindRule = byPhase({
	healthy: ["Running"],
	progressing: ["Pending", "Reconciling"],
	degraded: ["Failed"],
	suspended: ["Stopped"],
});

/** Databases: CloudNativePG, Zalando's PostgreSQL, MongoDB's and Percona's. */
export const databases: KindRules = {
	"Cluster.postgresql.cnpg.io": {
		held: heldByAnnotation("It is hibernated", "cnpg.io/hibernation", (value) => value === "on"),
		assess: cloudNativePg,
	},
	"Backup.postgresql.cnpg.io": byPhase({
		message: ["status", "error"],
		healthy: ["completed"],
		degraded: ["failed", "walArchivingFailing"],
	}),
	"ScheduledBackup.postgresql.cnpg.io": { held: heldAt("It is suspended", "spec", "suspend"), assess: () => healthy() },
	"Database.postgresql.cnpg.io": { assess: database },
	"Publication.postgresql.cnpg.io": { assess: database },
	"Subscription.postgresql.cnpg.io": { assess: database },
	"postgresql.acid.zalan.do": byPhase({
		path: ["status", "PostgresClusterStatus"],
		healthy: ["Running"],
		progressing: ["Creating", "Updating"],
		degraded: ["CreateFailed", "UpdateFailed", "SyncFailed", "Invalid"],
	}),
	"MongoDBCommunity.mongodbcommunity.mongodb.com": mongo,
	"MongoDB.mongodb.com": mongo,
	"MongoDBOpsManager.mongodb.com": { assess: (object) => mongo.assess({ status: at(object, "status", "opsManager") }) },
	"PerconaXtraDBCluster.pxc.percona.com": percona,
	"PerconaServerMongoDB.psmdb.percona.com": percona,
	"PerconaPGCluster.pgv2.percona.com": percona,
	"PerconaServerMySQL.ps.percona.com": percona,
};
