import { describe, expect, it } from "vitest";
import { type ApplicationState, newApplicationState } from "./application-state.ts";
import { conditionsOf, isSettled, syncStatus } from "./summarise.ts";

const rendered = {
	hash: "h",
	revision: "main@sha1:b",
	settings: "",
	inputs: [],
	root: null,
	warnings: [],
	objects: 1,
	cause: { repository: "config", revision: "main@sha1:b" },
};
const applied = { hash: "h", revision: "main@sha1:b", at: "" };

function state(given: Partial<ApplicationState>): ApplicationState {
	return { ...newApplicationState("shop", "dev"), health: { status: "Healthy", message: "" }, ...given };
}

function condition(given: ApplicationState, type: string): { readonly status: string; readonly reason: string } | undefined {
	return conditionsOf(given, "now").find((each) => each.type === type);
}

describe("conditionsOf", () => {
	it("is Ready when what is desired runs and is well", () => {
		const good = state({ rendered, applied });
		expect(isSettled(good)).toBe(true);
		expect(syncStatus(good)).toBe("Synced");
		expect(condition(good, "Ready")).toMatchObject({ status: "True", reason: "Converged" });
	});

	it("keeps the time at which a status last changed", () => {
		const first = conditionsOf(state({ rendered, applied }), "t1");
		const second = conditionsOf(state({ rendered, applied, conditions: first }), "t2");
		const third = conditionsOf(state({ rendered, applied, drift: [{ key: "k", since: "" }], conditions: second }), "t3");
		expect(second[0]?.since).toBe("t1");
		expect(third[0]).toMatchObject({ status: "False", reason: "Drifted", since: "t3" });
	});

	it("is Stalled by bad input, with its reason, though the last good state runs on", () => {
		const failure = { code: "YamlInvalid", kind: "invalid", message: "a.yaml:1: no", settings: "" } as const;
		const broken = state({ rendered, applied, renderFailure: failure });
		expect(condition(broken, "Stalled")).toMatchObject({ status: "True", reason: "YamlInvalid" });
		expect(condition(broken, "Ready")).toMatchObject({ status: "False", reason: "YamlInvalid" });
		expect(isSettled(broken)).toBe(false);
	});

	it("is Stalled while the deletion guard waits for a person", () => {
		const held = state({ rendered, holds: [{ reason: "DeletionGuard", message: "would delete all", confirm: "x" }] });
		expect(condition(held, "Stalled")).toMatchObject({ status: "True", reason: "DeletionGuard" });
	});

	it("is Stalled by a fight that it gave up, and by nothing that it left for others", () => {
		const fight = state({ rendered, applied, holds: [{ reason: "DriftFight", message: "autoscaler sets it back" }] });
		expect(condition(fight, "Stalled")).toMatchObject({ status: "True", reason: "DriftFight" });
		const left = state({ rendered, applied, holds: [{ reason: "Handover", message: "1 object left for the Application store" }] });
		expect(condition(left, "Stalled")).toMatchObject({ status: "False" });
		expect(condition(left, "Ready")).toMatchObject({ status: "True" });
	});

	it("counts a rollback that arrived as settled, and shows that Git says otherwise", () => {
		const hold = {
			badHash: "h",
			badRevision: "r",
			pinned: { hash: "old", revision: "r0" },
			by: { name: "a", via: "cli" as const },
			at: "",
		};
		const back = state({ rendered, applied: { ...applied, hash: "old" }, hold });
		expect(isSettled(back)).toBe(true);
		expect(syncStatus(back)).toBe("OutOfSync");
	});

	it("tells Degraded from OutOfSync", () => {
		const sick = state({ rendered, applied, health: { status: "Degraded", message: "exits at once" } });
		expect(syncStatus(sick)).toBe("Synced");
		expect(condition(sick, "Ready")).toMatchObject({ status: "False", reason: "HealthDegraded" });
	});
});
