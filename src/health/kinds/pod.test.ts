import { describe } from "vitest";
import { type Case, conditions, judges } from "../fixture.ts";

const always = { restartPolicy: "Always" };
const waiting = (reason: string, message = "") => ({ name: "web", ready: false, state: { waiting: { reason, message } } });
const ended = (exitCode: number, more: object = {}) => ({ name: "web", state: { terminated: { exitCode, ...more } } });
const ready = { name: "web", ready: true, state: { running: {} } };

function pod(phase: string, status: object = {}, spec: object = always): Readonly<Record<string, unknown>> {
	return { spec, status: { phase, ...status } };
}

const cases: readonly Case[] = [
	["completed", "Pod", pod("Succeeded"), "Healthy", "Completed"],
	["running and ready", "Pod", pod("Running", { conditions: conditions({ Ready: "True" }), containerStatuses: [ready] }), "Healthy"],
	[
		"running, not ready",
		"Pod",
		pod("Running", { conditions: conditions({ Ready: "False" }), containerStatuses: [ready, { ...ready, name: "db", ready: false }] }),
		"Progressing",
		"db is not ready",
	],
	[
		"running again after an end",
		"Pod",
		pod("Running", { containerStatuses: [{ ...ready, ready: false, lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } } }] }),
		"Progressing",
		"ended with exit code 137 (OOMKilled)",
	],
	[
		"running to its end",
		"Pod",
		pod("Running", { conditions: conditions({ Ready: "False" }) }, { restartPolicy: "Never" }),
		"Progressing",
		"to its end",
	],
	[
		"crashing",
		"Pod",
		pod("Running", {
			containerStatuses: [
				{
					...waiting("CrashLoopBackOff"),
					restartCount: 4,
					lastState: { terminated: { exitCode: 1, reason: "Error", message: "no config\n" } },
				},
			],
		}),
		"Degraded",
		"CrashLoopBackOff: it ended with exit code 1: no config, restarted 4 times",
	],
	[
		"no image",
		"Pod",
		pod("Pending", { containerStatuses: [waiting("ImagePullBackOff", "Back-off pulling image x")] }),
		"Degraded",
		"pulling image x",
	],
	["no such image", "Pod", pod("Pending", { containerStatuses: [waiting("ErrImagePull", "not found")] }), "Degraded", "not found"],
	[
		"no such config",
		"Pod",
		pod("Pending", { containerStatuses: [waiting("CreateContainerConfigError", 'secret "s" not found')] }),
		"Degraded",
		'secret "s"',
	],
	["being made", "Pod", pod("Pending", { containerStatuses: [waiting("ContainerCreating")] }), "Progressing", "ContainerCreating"],
	["without a node", "Pod", pod("Pending"), "Progressing", "waits for a node"],
	[
		"not schedulable",
		"Pod",
		pod("Pending", { conditions: conditions({ PodScheduled: "False Unschedulable 0/3 nodes" }) }),
		"Progressing",
		"0/3 nodes",
	],
	[
		"in an init container",
		"Pod",
		pod("Pending", {
			conditions: conditions({ PodScheduled: "True" }),
			initContainerStatuses: [ended(0), { name: "second", state: { running: {} } }],
			containerStatuses: [waiting("PodInitializing")],
		}),
		"Progressing",
		"second is at work: 1 of 2",
	],
	[
		"an init container that crashes",
		"Pod",
		pod("Pending", { initContainerStatuses: [waiting("CrashLoopBackOff", "back-off")] }),
		"Degraded",
		"back-off",
	],
	[
		"an init container that ended badly",
		"Pod",
		pod("Pending", { initContainerStatuses: [ended(2)] }, { restartPolicy: "Never" }),
		"Degraded",
		"exit code 2",
	],
	["failed", "Pod", pod("Failed", { containerStatuses: [ended(3)] }, { restartPolicy: "Never" }), "Degraded", "web ended with exit code 3"],
	["evicted", "Pod", pod("Failed", { reason: "Evicted", message: "low on memory" }), "Degraded", "Evicted: low on memory"],
	["failed, without words", "Pod", pod("Failed"), "Degraded", "failed"],
	["out of reach", "Pod", pod("Unknown"), "Unknown", "cannot be reached"],
];

describe("pods", () => {
	judges(cases);
});
