import { describe } from "vitest";
import { type Case, conditions, judges } from "../fixture.ts";

const seen = { observedGeneration: 2 };
const rolled = { ...seen, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const deployment = "Deployment.apps";
const stateful = "StatefulSet.apps";
const same = { currentRevision: "a", updateRevision: "a" };
const moving = { currentRevision: "a", updateRevision: "b" };
const pool = { ...seen, replicas: 3, readyReplicas: 3 };
const partition = { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
const onDelete = { replicas: 3, updateStrategy: { type: "OnDelete" } };
const daemons = { ...seen, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 };

const cases: readonly Case[] = [
	["rolled out", deployment, { spec: { replicas: 3 }, status: rolled }, "Healthy"],
	["not seen", deployment, { spec: { replicas: 3 } }, "Progressing", "not seen"],
	["an earlier generation", deployment, { spec: { replicas: 3 }, status: { ...rolled, observedGeneration: 1 } }, "Progressing"],
	["paused", deployment, { spec: { replicas: 3, paused: true }, status: rolled }, "Suspended", "paused"],
	["without replicas", deployment, { spec: { replicas: 0 }, status: seen }, "Healthy"],
	["one replica where none is said", deployment, { spec: {}, status: seen }, "Progressing", "0 of 1"],
	["new ones to come", deployment, { spec: { replicas: 3 }, status: { ...rolled, updatedReplicas: 1 } }, "Progressing", "1 of 3"],
	["old ones to end", deployment, { spec: { replicas: 3 }, status: { ...rolled, replicas: 4 } }, "Progressing", "1 old"],
	["not available", deployment, { spec: { replicas: 3 }, status: { ...rolled, availableReplicas: 2 } }, "Progressing", "2 of 3"],
	[
		"too late",
		deployment,
		{
			spec: { replicas: 3 },
			status: { ...rolled, availableReplicas: 2, conditions: conditions({ Progressing: "False ProgressDeadlineExceeded too slow" }) },
		},
		"Degraded",
		"too slow",
	],
	[
		"refused Pods",
		deployment,
		{ spec: { replicas: 3 }, status: { ...seen, conditions: conditions({ ReplicaFailure: "True FailedCreate exceeded quota" }) } },
		"Degraded",
		"exceeded quota",
	],
	["ready", stateful, { spec: { replicas: 3 }, status: { ...pool, ...same, updatedReplicas: 3 } }, "Healthy"],
	["not seen", stateful, { spec: { replicas: 3 } }, "Progressing"],
	["not all ready", stateful, { spec: { replicas: 3 }, status: { ...pool, ...same, readyReplicas: 1 } }, "Progressing", "1 of 3"],
	["in a rollout", stateful, { spec: { replicas: 3 }, status: { ...pool, ...moving, updatedReplicas: 1 } }, "Progressing", "1 of 3"],
	["too many", stateful, { spec: { replicas: 2 }, status: { ...pool, ...same } }, "Progressing", "1 replicas"],
	[
		"beyond the partition",
		stateful,
		{ spec: partition, status: { ...pool, ...moving, updatedReplicas: 1 } },
		"Healthy",
		"2 replicas below",
	],
	["short of the partition", stateful, { spec: partition, status: { ...pool, ...moving } }, "Progressing", "0 of 1"],
	["on delete", stateful, { spec: onDelete, status: { ...pool, ...moving, updatedReplicas: 1 } }, "Healthy", "2 replicas"],
	["everywhere", "DaemonSet.apps", { status: daemons }, "Healthy"],
	["nowhere wanted", "DaemonSet.apps", { status: seen }, "Healthy"],
	["not seen", "DaemonSet.apps", {}, "Progressing"],
	["not scheduled", "DaemonSet.apps", { status: { ...daemons, currentNumberScheduled: 1 } }, "Progressing", "1 of 2 nodes"],
	["not updated", "DaemonSet.apps", { status: { ...daemons, updatedNumberScheduled: 1 } }, "Progressing", "1 of 2 Pods"],
	["not available", "DaemonSet.apps", { status: { ...daemons, numberAvailable: 0 } }, "Progressing", "0 of 2"],
	[
		"on delete",
		"DaemonSet.apps",
		{ spec: { updateStrategy: { type: "OnDelete" } }, status: { ...daemons, updatedNumberScheduled: 0 } },
		"Healthy",
		"2 Pods",
	],
	["all there", "ReplicaSet.apps", { spec: { replicas: 2 }, status: { ...seen, replicas: 2, availableReplicas: 2 } }, "Healthy"],
	[
		"not all there",
		"ReplicaSet.apps",
		{ spec: { replicas: 2 }, status: { ...seen, replicas: 2, availableReplicas: 1 } },
		"Progressing",
		"1 of 2",
	],
	[
		"refused",
		"ReplicaSet.apps",
		{ spec: { replicas: 2 }, status: { ...seen, conditions: conditions({ ReplicaFailure: "True FailedCreate no" }) } },
		"Degraded",
		"no",
	],
	["all there", "ReplicationController", { spec: { replicas: 2 }, status: { ...seen, replicas: 2, availableReplicas: 2 } }, "Healthy"],
	[
		"some to end",
		"ReplicationController",
		{ spec: { replicas: 1 }, status: { ...seen, replicas: 2, availableReplicas: 2 } },
		"Progressing",
		"1 replicas",
	],
];

describe("workloads", () => {
	judges(cases);
});
