import type { Health } from "../../core/health.ts";
import { degraded, healthy, progressing } from "../answers.ts";
import type { KindRules } from "../kind-rule.ts";
import { at, conditionOf, type LiveObject, textAt, wordsOf } from "../live-object.ts";
import { byPhase } from "./by-phase.ts";

function claim(object: LiveObject): Health {
	const phase = textAt(object, "status", "phase");
	if (phase === "Lost") return degraded("The volume that it was bound to is gone");
	if (phase !== "Bound") return progressing("It waits for a volume, or for the first Pod that uses it");
	const resize = ["ControllerResizeError", "NodeResizeError"]
		.map((type) => conditionOf(object, type))
		.find((found) => found?.status === "True");
	if (resize !== undefined) return degraded(wordsOf(resize));
	const resizing = ["Resizing", "FileSystemResizePending"]
		.map((type) => conditionOf(object, type))
		.find((found) => found?.status === "True");
	return resizing === undefined ? healthy() : progressing(wordsOf(resizing));
}

function attachment(object: LiveObject): Health {
	if (at(object, "status", "attached") === true) return healthy();
	const error = textAt(object, "status", "attachError", "message") || textAt(object, "status", "detachError", "message");
	return error === "" ? progressing("The volume is not attached yet") : degraded(error);
}

function snapshot(object: LiveObject): Health {
	const error = textAt(object, "status", "error", "message");
	if (error !== "") return degraded(error);
	return at(object, "status", "readyToUse") === true ? healthy() : progressing("The snapshot is being taken");
}

/** Volumes. */
export const storage: KindRules = {
	PersistentVolumeClaim: { assess: claim },
	PersistentVolume: byPhase({ healthy: ["Available", "Bound", "Released"], progressing: ["Pending"], degraded: ["Failed"] }),
	"VolumeAttachment.storage.k8s.io": { assess: attachment },
	"VolumeSnapshot.snapshot.storage.k8s.io": { assess: snapshot },
	"VolumeSnapshotContent.snapshot.storage.k8s.io": { assess: snapshot },
};
