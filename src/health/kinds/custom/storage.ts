import type { Health } from "../../../core/health.ts";
import { degraded, healthy, progressing } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { at, conditionOf, type LiveObject, textAt, wordsOf } from "../../live-object.ts";
import { byPhase } from "../by-phase.ts";
import { heldAt } from "../held.ts";

/** What Ceph itself complains about, check by check. */
function complaints(object: LiveObject): string {
	const details = at(object, "status", "ceph", "details");
	if (typeof details !== "object" || details === null) return textAt(object, "status", "message");
	return Object.entries(details)
		.map(([name, check]) => `${name}: ${textAt(check, "message")}`)
		.join("; ");
}

function cephCluster(object: LiveObject): Health {
	const ceph = textAt(object, "status", "ceph", "health");
	const words = complaints(object);
	if (ceph === "HEALTH_ERR") return degraded(words || "Ceph's health is HEALTH_ERR");
	const phase = cephPhases.assess(object);
	if (phase.status !== "Healthy") return phase;
	if (ceph === "HEALTH_WARN") return progressing(words || "Ceph's health is HEALTH_WARN");
	return ceph === "" ? progressing("Ceph's health is not known yet") : healthy();
}

const cephPhases: KindRule = byPhase({
	healthy: ["Ready", "Connected"],
	progressing: ["Progressing", "Connecting", "Deleting", "Created"],
	degraded: ["Failure", "Error", "ReconcileFailed"],
});
const cephKinds = [
	"CephBlockPool",
	"CephFilesystem",
	"CephFilesystemSubVolumeGroup",
	"CephObjectStore",
	"CephObjectStoreUser",
	"CephNFS",
	"CephClient",
	"CephRBDMirror",
];

function longhornVolume(object: LiveObject): Health {
	const robustness = textAt(object, "status", "robustness");
	const state = textAt(object, "status", "state");
	if (robustness === "faulted") return degraded("None of its replicas can be used");
	if (robustness === "degraded") return progressing("Some of its replicas are missing and are built anew");
	if (state === "detached") return healthy("It is not attached");
	return robustness === "healthy" ? healthy() : progressing(`It is ${state || "not known yet"}`);
}

function longhornNode(object: LiveObject): Health {
	for (const type of ["Ready", "Schedulable"]) {
		const condition = conditionOf(object, type);
		if (condition === undefined) return progressing("It has not reported yet");
		if (condition.status !== "True") return degraded(wordsOf(condition));
	}
	return healthy();
}

const running: KindRule = byPhase({ path: ["status", "currentState"], healthy: ["running", "stopped"], degraded: ["error"] });
const veleroRun: KindRule = byPhase({
	message: ["status", "failureReason"],
	healthy: ["Completed"],
	degraded: [
		"FailedValidation",
		"PartiallyFailed",
		"Failed",
		"Canceled",
		"FinalizingPartiallyFailed",
		"WaitingForPluginOperationsPartiallyFailed",
	],
});
const veleroRuns = ["Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore", "DataUpload", "DataDownload"];

/** Rook, Longhorn, Velero. */
export const storageSystems: KindRules = {
	"CephCluster.ceph.rook.io": { assess: cephCluster },
	...Object.fromEntries(cephKinds.map((kind) => [`${kind}.ceph.rook.io`, cephPhases])),
	"Volume.longhorn.io": { assess: longhornVolume },
	"Node.longhorn.io": { assess: longhornNode },
	"Engine.longhorn.io": running,
	"Replica.longhorn.io": running,
	"Backup.longhorn.io": byPhase({ path: ["status", "state"], message: ["status", "error"], healthy: ["Completed"], degraded: ["Error"] }),
	...Object.fromEntries(veleroRuns.map((kind) => [`${kind}.velero.io`, veleroRun])),
	"Schedule.velero.io": byPhase({
		healthy: ["Enabled"],
		degraded: ["FailedValidation"],
		held: heldAt("It is paused: no new Backups are taken", "spec", "paused"),
	}),
	"BackupStorageLocation.velero.io": byPhase({ healthy: ["Available"], degraded: ["Unavailable"] }),
	"BackupRepository.velero.io": byPhase({ healthy: ["Ready"], degraded: ["NotReady"] }),
};
