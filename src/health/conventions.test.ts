import { describe, expect, it } from "vitest";
import { builtInHealth } from "./built-in.ts";
import { type Case, conditions, judges, live, status } from "./fixture.ts";

const kind = "Thing.example.com";
const cases: readonly Case[] = [
	["no status", kind, {}, "Healthy"],
	["no conditions", kind, { status: { observedGeneration: 2 } }, "Healthy"],
	["being deleted", kind, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a/b"] } }, "Progressing", "waits for a/b"],
	["being deleted, of a known kind", "ConfigMap", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, "Progressing", "deleted"],
	[
		"an earlier generation",
		kind,
		{ status: { observedGeneration: 1, conditions: conditions({ Ready: "True" }) } },
		"Progressing",
		"generation 2",
	],
	["Stalled over all", kind, status({ Ready: "True", Reconciling: "True", Stalled: "True Broken no way" }), "Degraded", "no way"],
	["Reconciling over Ready", kind, status({ Ready: "True", Reconciling: "True Progressing at work" }), "Progressing", "at work"],
	["Stalled that is False", kind, status({ Stalled: "False", Reconciling: "False", Ready: "True" }), "Healthy"],
	["Suspended", kind, status({ Suspended: "True", Ready: "False" }), "Suspended"],
	["Failed", kind, status({ Failed: "True Broken it broke" }), "Degraded", "it broke"],
	["Ready", kind, status({ Ready: "True" }), "Healthy"],
	["not ready", kind, status({ Ready: "False Creating not yet" }), "Progressing", "not yet"],
	["not ready, without words", kind, status({ Ready: "False" }), "Progressing", "Ready is False"],
	["a reason that says failure", kind, status({ Ready: "False InstallFailed no space" }), "Degraded", "no space"],
	["a reason that begins as Go's errors do", kind, status({ Ready: "False ErrGetKeyPair none" }), "Degraded", "none"],
	["Ready Unknown", kind, status({ Ready: "Unknown ReconcileFailed soon" }), "Progressing", "soon"],
	["Available", kind, status({ Available: "False MinimumUnavailable wait" }), "Progressing", "wait"],
	["Succeeded", kind, status({ Succeeded: "True" }), "Healthy"],
	["Ready before Available", kind, status({ Available: "True", Ready: "False X y" }), "Progressing"],
	["a failed phase", kind, { status: { phase: "Failed", message: "no" } }, "Degraded", "no"],
	["another phase", kind, { status: { phase: "Whatever" } }, "Healthy"],
	["Crossplane: made and ready", "Bucket.s3.aws.upbound.io", status({ Synced: "True", Ready: "True" }), "Healthy"],
	["Crossplane: being made", "Bucket.s3.aws.upbound.io", status({ Synced: "True", Ready: "False Creating" }), "Progressing"],
	[
		"Crossplane: refused",
		"Bucket.s3.aws.upbound.io",
		status({ Ready: "False Creating", Synced: "False ReconcileError denied" }),
		"Degraded",
		"denied",
	],
	["Crossplane: paused", "Bucket.s3.aws.upbound.io", status({ Synced: "False ReconcilePaused held" }), "Suspended", "held"],
	[
		"Crossplane: the last operation",
		"Db.rds.aws.upbound.io",
		status({ Synced: "True", LastAsyncOperation: "False AsyncCreateFailure no" }),
		"Degraded",
	],
	["conditions that are no list", kind, { status: { conditions: { Ready: "True" } } }, "Healthy"],
	["conditions that are no conditions", kind, { status: { conditions: [null, 3, "x", { type: 4 }] } }, "Healthy"],
];

describe("conventions", () => {
	judges(cases);

	it("does not trust a condition about an earlier generation", () => {
		const old = { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } };
		expect(builtInHealth(live(kind, old)).status).toBe("Progressing");
	});

	it("does not go by names that every object has", () => {
		expect(builtInHealth({ apiVersion: "v1", kind: "constructor" })).toEqual({ status: "Healthy", message: "" });
	});
});
