import { describe, expect, it } from "vitest";
import type { Hold } from "../../../src/core/views/application.ts";
import { holdAction } from "./hold-action.ts";
import { readyConditions, sampleApplication } from "./sample.ts";
import { countStates, judge, narrow, sortByTrouble } from "./select.ts";
import { needsAttention, verdictOf } from "./verdict.ts";

const hold = (reason: Hold["reason"], message = "why"): Hold => ({ reason, message });

describe("verdictOf", () => {
	it("says nothing of what converged", () => {
		expect(verdictOf(sampleApplication())).toEqual({ tone: "good", word: "Converged", why: "" });
	});

	it("puts bad health before everything", () => {
		const verdict = verdictOf(
			sampleApplication({
				health: { status: "Degraded", message: "exited" },
				holds: [hold("Backoff")],
				conditions: readyConditions("False", "later"),
			}),
		);
		expect(verdict).toEqual({ tone: "bad", word: "Degraded", why: "exited", since: "2026-03-01T11:00:00Z" });
	});

	it.each([
		["DeletionGuard", "wait", "Waits for you", true],
		["DriftAsk", "wait", "Waits for you", true],
		["ManualSync", "wait", "Waits for you", true],
		["RetriesExhausted", "bad", "Gave up", true],
		["Backoff", "warn", "Retrying", true],
		["DependsOn", "wait", "Waiting", false],
		["SyncWindow", "wait", "Waiting", false],
	] as const)("names the hold %s", (reason, tone, word, attention) => {
		const verdict = verdictOf(sampleApplication({ sync: "OutOfSync", holds: [hold(reason)], conditions: readyConditions("False") }));
		expect(verdict).toMatchObject({ tone, word, why: "why" });
		expect(needsAttention(verdict)).toBe(attention);
	});

	it("tells a stalled one by its reason", () => {
		const conditions = [
			...readyConditions("False"),
			{
				type: "Stalled" as const,
				status: "True" as const,
				reason: "InvalidDocument",
				message: "app.yaml:3",
				since: "2026-03-01T10:00:00Z",
			},
		];
		expect(verdictOf(sampleApplication({ conditions }))).toEqual({
			tone: "bad",
			word: "Stalled",
			why: "app.yaml:3",
			since: "2026-03-01T10:00:00Z",
		});
	});

	it("is calm about what is on its way, suspended or rolled back", () => {
		expect(verdictOf(sampleApplication({ sync: "Syncing" })).tone).toBe("busy");
		expect(verdictOf(sampleApplication({ health: { status: "Progressing", message: "" } })).tone).toBe("busy");
		expect(verdictOf(sampleApplication({ suspended: true, sync: "OutOfSync" })).word).toBe("Suspended");
		expect(verdictOf(sampleApplication({ sync: "OutOfSync", holds: [hold("RolledBack")] })).word).toBe("Rolled back");
	});

	it("tells drift from a newer revision", () => {
		expect(verdictOf(sampleApplication({ sync: "OutOfSync", driftedObjects: 1 })).word).toBe("Drifted");
		expect(verdictOf(sampleApplication({ sync: "OutOfSync" })).word).toBe("Out of sync");
	});
});

describe("holdAction", () => {
	it("has a button where a person can end it, and none where only others can", () => {
		const actions = (["DeletionGuard", "ManualSync", "RolledBack", "Suspended", "DependsOn", "Project"] as const).map(
			(reason) => holdAction(hold(reason))?.does,
		);
		expect(actions).toEqual(["confirm", "sync", "resume", "resume", undefined, undefined]);
	});

	it("offers no resume of what the document suspends", () => {
		expect(holdAction(hold("Suspended", "suspended by its document: nothing is synced"))).toBeUndefined();
	});
});

describe("the list", () => {
	const judged = judge([
		sampleApplication({ name: "shop-10", appliedRevision: `main@sha1:${"ab".repeat(20)}` }),
		sampleApplication({ name: "shop-9", environment: "production" }),
		sampleApplication({ name: "cart", health: { status: "Degraded", message: "" } }),
		sampleApplication({ name: "mail", sync: "Syncing" }),
	]);
	const names = (list: ReturnType<typeof narrow>): readonly string[] => list.map(({ application }) => application.name);

	it("finds by words, environment and commit", () => {
		expect(names(narrow(judged, "SHOP production", undefined))).toEqual(["shop-9"]);
		expect(names(narrow(judged, "abab", undefined))).toEqual(["shop-10"]);
		expect(names(narrow(judged, "", "production"))).toEqual(["shop-9"]);
		expect(names(narrow(judged, "degraded", undefined))).toEqual(["cart"]);
	});

	it("puts trouble first and numbers in order", () => {
		expect(names(sortByTrouble(judged))).toEqual(["cart", "mail", "shop-9", "shop-10"]);
	});

	it("counts each filter", () => {
		expect(countStates(judged)).toEqual({ all: 4, attention: 1, waiting: 0, syncing: 1, converged: 2 });
	});
});
