import { describe, expect, it } from "vitest";
import { type ApplicationState, newApplicationState } from "./application-state.ts";
import { nextStep, type Situation } from "./next-step.ts";

const now = Date.parse("2030-01-01T12:00:00Z");
const admin = { name: "admin", via: "cli" } as const;
const applied = { hash: "new", revision: "main@sha1:b", at: "2030-01-01T00:00:00Z" };

function situation(state: Partial<ApplicationState> = {}, rest: Partial<Situation> = {}): Situation {
	return {
		state: { ...newApplicationState("shop", "dev"), ...state },
		target: { hash: "new", revision: "main@sha1:b" },
		drifted: false,
		drift: "heal",
		sync: "automatic",
		suspended: false,
		now,
		blockedBy: [],
		window: { open: true },
		projectProblem: undefined,
		...rest,
	};
}

function reasons(given: Situation): readonly string[] {
	return nextStep(given).holds.map((hold) => hold.reason);
}

describe("nextStep", () => {
	it("syncs what is behind and leaves alone what is not", () => {
		expect(nextStep(situation())).toEqual({ do: "sync", trigger: "revision", holds: [] });
		expect(nextStep(situation({ applied })).do).toBe("nothing");
		expect(nextStep(situation({}, { target: undefined })).do).toBe("nothing");
	});

	it("looks at drift whatever the policy says, as an Object may say otherwise", () => {
		expect(nextStep(situation({ applied }, { drifted: true })).do).toBe("repair");
		expect(nextStep(situation({ applied }, { drifted: true, drift: "report" })).do).toBe("repair");
	});

	it("repairs nothing outside of its windows, but still tells of drift where the policy is to tell", () => {
		const closed = { drifted: true, window: { open: false, message: "closed", until: now + 1000 } } as const;
		expect(nextStep(situation({ applied }, closed)).do).toBe("wait");
		const step = nextStep(situation({ applied }, { ...closed, drift: "ask" }));
		expect(step).toMatchObject({ do: "report", waits: [{ reason: "SyncWindow" }], until: now + 1000 });
	});

	it("does nothing at all while suspended, by a person or by its document", () => {
		expect(reasons(situation({ suspended: { by: admin, at: "" } }))).toEqual(["Suspended"]);
		expect(reasons(situation({ applied }, { suspended: true, drifted: true }))).toEqual(["Suspended"]);
	});

	it("names every reason to wait, and the latest time", () => {
		const attempt = {
			id: "1",
			hash: "new",
			count: 2,
			failure: { code: "X", kind: "unavailable", message: "down" },
			next: "2030-01-01T12:00:10.000Z",
		} as const;
		const until = now + 3_600_000;
		const step = nextStep(situation({ attempt }, { blockedBy: ["database"], window: { open: false, message: "closed", until } }));
		expect(step.do).toBe("wait");
		expect(step.holds.map((hold) => hold.reason)).toEqual(["SyncWindow", "DependsOn", "Backoff"]);
		expect(step.do === "wait" && step.until).toBe(until);
	});

	it("goes on with a Sync that was cut off whatever the gates say now", () => {
		const sync = { id: "1", hash: "new", revision: "r", trigger: "revision", by: admin, started: "", hooks: [], done: [] } as const;
		expect(nextStep(situation({ sync }, { window: { open: false, message: "closed" }, sync: "manual" })).do).toBe("sync");
	});

	it("lets a newer render pre-empt a Sync to an older one", () => {
		const sync = { id: "1", hash: "old", revision: "r", trigger: "revision", by: admin, started: "", hooks: [], done: [] } as const;
		expect(nextStep(situation({ sync }))).toMatchObject({ do: "sync", trigger: "revision" });
	});

	it("waits for a person where Syncs are manual, and goes when one asks", () => {
		expect(reasons(situation({}, { sync: "manual" }))).toEqual(["ManualSync"]);
		expect(nextStep(situation({ request: { by: admin, trigger: "manual" } }, { sync: "manual" }))).toMatchObject({
			do: "sync",
			trigger: "manual",
		});
	});

	it("repairs what runs while a newer Revision waits, but never what is half-way to another", () => {
		const old = { ...applied, hash: "old" };
		const waiting = { drifted: true, sync: "manual" } as const;
		expect(nextStep(situation({ applied: old }, waiting)).do).toBe("repair");
		expect(nextStep(situation({ applied: { ...old, partial: true } }, waiting)).do).toBe("wait");
		expect(nextStep(situation({ applied: old }, { ...waiting, drift: "report" })).do).toBe("wait");
		expect(nextStep(situation({ applied: old }, { ...waiting, window: { open: false, message: "closed" } })).do).toBe("wait");
	});

	it("gives up after the last try until a person asks or Git moves", () => {
		const attempt = { id: "1", hash: "new", count: 11, failure: { code: "X", kind: "conflict", message: "no" } } as const;
		expect(reasons(situation({ attempt }))).toEqual(["RetriesExhausted"]);
		expect(nextStep(situation({ attempt, request: { by: admin, trigger: "manual" } })).do).toBe("sync");
		expect(nextStep(situation({ attempt }, { target: { hash: "newer", revision: "r" } }))).toMatchObject({
			do: "sync",
			trigger: "revision",
		});
	});

	it("shows a rollback's hold beside whatever else is to do", () => {
		const hold = { badHash: "bad", badRevision: "main@sha1:c", pinned: { hash: "new", revision: "main@sha1:b" }, by: admin, at: "" };
		expect(reasons(situation({ applied, hold }))).toEqual(["RolledBack"]);
	});
});
