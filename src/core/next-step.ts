import { type ApplicationState, type Failure, runs } from "./application-state.ts";
import type { DriftMode } from "./documents/environment.ts";
import { leaveHolds } from "./leave.ts";
import { shortRevision } from "./revision.ts";
import type { Hold } from "./views/application.ts";

/** Everything that the decision about one Application looks at; plain and complete. */
export interface Situation {
	readonly state: ApplicationState;
	/** What should run: the newest render, or after a rollback the pinned one. */
	readonly target: { readonly hash: string; readonly revision: string } | undefined;
	/** True when live is known or suspected to differ from what was applied. */
	readonly drifted: boolean;
	readonly drift: DriftMode;
	readonly sync: "automatic" | "manual";
	/** `spec.suspend` of the document. */
	readonly suspended: boolean;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** Applications it depends on that are not Healthy at their desired Revision. */
	readonly blockedBy: readonly string[];
	readonly window: { readonly open: true } | { readonly open: false; readonly message: string; readonly until?: number };
	/** Why its Project does not allow it, if so. */
	readonly projectProblem: string | undefined;
}

/** The one thing to do next for an Application, and everything that keeps it from doing more. */
export type NextStep =
	| { readonly do: "nothing"; readonly holds: readonly Hold[] }
	| { readonly do: "sync"; readonly trigger: "revision" | "manual" | "rollback" | "retry"; readonly holds: readonly Hold[] }
	/** Look at drift, and repair what is to be repaired. */
	| { readonly do: "repair"; readonly holds: readonly Hold[] }
	/** Look at drift and tell of it: what is to be repaired has to wait. */
	| { readonly do: "report"; readonly holds: readonly Hold[]; readonly waits: readonly Hold[]; readonly until?: number }
	| { readonly do: "wait"; readonly holds: readonly Hold[]; readonly until?: number };

/** Kinds of failure that time alone may mend: tried again without a limit. */
export function isPassing(failure: Failure): boolean {
	return failure.kind === "unavailable" || failure.kind === "timeout";
}

function iso(time: number): string {
	return new Date(time).toISOString();
}

/** The hold of an Application that a person suspended, or its document. */
export function suspendedHold(by: string | undefined): Hold {
	return { reason: "Suspended", message: `suspended by ${by ?? "its document"}: nothing is synced, repaired or removed until resume` };
}

/** The hold that a rollback left, if any. */
export function rollbackHolds(state: ApplicationState): readonly Hold[] {
	if (state.hold === undefined) return [];
	return [
		{
			reason: "RolledBack",
			message: `rolled back by ${state.hold.by.name} to ${shortRevision(state.hold.pinned.revision)}; ${shortRevision(state.hold.badRevision)} is held until a newer commit changes this Application, or until resume`,
		},
	];
}

/** What waits for a person because it is not Gitward's. */
export function foreignHolds({ foreign = [] }: Pick<ApplicationState, "foreign">): readonly Hold[] {
	const [first, ...more] = foreign;
	if (first === undefined) return [];
	const others = more.length === 0 ? "" : `; and ${more.length} more`;
	return [{ reason: "Foreign", message: `not as Git says, as it is not Gitward's: ${first}${others}` }];
}

/** What waits for a person because it drifted. */
export function driftHolds({ drift }: Pick<ApplicationState, "drift">): readonly Hold[] {
	const asking = drift.filter((each) => each.mode === "ask").length;
	const ask = `${asking} ${asking === 1 ? "object differs" : "objects differ"} from what was applied: sync to repair`;
	const fights = drift.filter((each) => each.mode === "fight").slice(0, 5);
	return [
		...(asking === 0 ? [] : [{ reason: "DriftAsk", message: ask } as const]),
		...fights.map(({ message = "" }) => ({ reason: "DriftFight", message }) as const),
	];
}

/** What holds an Application whatever is to be done next. */
export function standingHolds(state: ApplicationState): readonly Hold[] {
	return [...rollbackHolds(state), ...foreignHolds(state), ...driftHolds(state), ...leaveHolds(state.left ?? [])];
}

/** Everything that a Sync or a repair has to wait for now, and until when at the latest. */
function waitsFor(situation: Situation, step: "sync" | "repair"): { readonly holds: readonly Hold[]; readonly until?: number } {
	const { state, target, now, window, blockedBy } = situation;
	const holds: Hold[] = [];
	const times: number[] = [];
	if (!window.open) {
		holds.push({ reason: "SyncWindow", message: window.message, ...(window.until === undefined ? {} : { until: iso(window.until) }) });
		if (window.until !== undefined) times.push(window.until);
	}
	if (step === "sync" && blockedBy.length > 0) {
		holds.push({ reason: "DependsOn", message: `waits until Synced and Healthy: ${blockedBy.join(", ")}` });
	}
	const { attempt } = state;
	if (attempt !== undefined && attempt.hash === target?.hash && state.request === undefined) {
		if (attempt.next === undefined && step === "sync") {
			holds.push({
				reason: "RetriesExhausted",
				message: `gave up after ${attempt.count} ${attempt.count === 1 ? "try" : "tries"}: ${attempt.failure.message}`,
			});
		} else if (attempt.next !== undefined && Date.parse(attempt.next) > now) {
			holds.push({ reason: "Backoff", message: `tries again after: ${attempt.failure.message}`, until: attempt.next });
			times.push(Date.parse(attempt.next));
		}
	}
	return { holds, ...(times.length === 0 ? {} : { until: Math.max(...times) }) };
}

/** While a newer Revision waits, what runs is still kept as it was applied. */
function whileWaiting(situation: Situation, waiting: NextStep): NextStep {
	const { state, drifted, drift, window } = situation;
	const isWhole = state.applied !== undefined && state.applied.partial !== true && state.sync === undefined;
	const isBackingOff = waiting.holds.some((hold) => hold.reason === "Backoff");
	if (!drifted || !isWhole || drift !== "heal" || !window.open || isBackingOff) return waiting;
	return { do: "repair", holds: waiting.holds };
}

/** What to do next for one Application. Pure: the same Situation gives the same step. */
export function nextStep(situation: Situation): NextStep {
	const { state, target } = situation;
	const always = standingHolds(state);
	const wait = (hold: Hold): NextStep => ({ do: "wait", holds: [...always, hold] });
	if (situation.suspended || state.suspended !== undefined) {
		return wait(suspendedHold(state.suspended?.by.name));
	}
	if (situation.projectProblem !== undefined) return wait({ reason: "Project", message: situation.projectProblem });
	if (target === undefined) return { do: "nothing", holds: always };
	if (state.sync?.hash === target.hash) return { do: "sync", trigger: "retry", holds: always };

	if (runs(state, target.hash) && state.request === undefined) {
		if (!situation.drifted) return { do: "nothing", holds: always };
		const { holds: waits, until } = waitsFor(situation, "repair");
		if (waits.length === 0) return { do: "repair", holds: always };
		const holds = [...always, ...waits];
		const time = until === undefined ? {} : { until };
		return situation.drift === "heal" ? { do: "wait", holds, ...time } : { do: "report", holds, waits, ...time };
	}
	if (state.request === undefined && situation.sync === "manual") {
		return whileWaiting(
			situation,
			wait({
				reason: "ManualSync",
				message: `${shortRevision(target.revision)} waits for a person: this Environment syncs on request only`,
			}),
		);
	}
	const { holds, until } = waitsFor(situation, "sync");
	if (holds.length > 0)
		return whileWaiting(situation, { do: "wait", holds: [...always, ...holds], ...(until === undefined ? {} : { until }) });
	const trigger = state.request?.trigger ?? (state.attempt?.hash === target.hash ? "retry" : "revision");
	return { do: "sync", trigger, holds: always };
}
