import { type ApplicationState, type Failure, runs, wantedOf } from "./application-state.ts";
import type { Condition, ConditionType } from "./conditions.ts";
import { shortRevision } from "./revision.ts";
import type { ApplicationSummary, Hold } from "./views/application.ts";

/** Holds that neither time nor Gitward itself leads out of. */
const stalling: ReadonlySet<Hold["reason"]> = new Set(["DeletionGuard", "DriftAsk", "DriftFight", "Foreign", "Project"]);

type Verdict = Omit<Condition, "since" | "type">;

/** Whether the Application runs what it should, by its state alone. */
export function syncStatus(state: ApplicationState): ApplicationSummary["sync"] {
	if (state.sync !== undefined && state.sync.healthDeadline === undefined) return "Syncing";
	if (state.rendered === undefined) return "Unknown";
	if (!runs(state, state.rendered.hash) || state.drift.length > 0 || isPartlyForeign(state)) return "OutOfSync";
	return state.removal === undefined && state.leaving === undefined ? "Synced" : "OutOfSync";
}

/** Whether Objects of it exist that are not Gitward's, and so are not as Git says. */
function isPartlyForeign({ foreign }: ApplicationState): boolean {
	return foreign !== undefined && foreign.length > 0;
}

/** True when it runs what it should and is well: what dependents and `--wait` wait for. A rollback counts as arrived at its pinned Revision. */
export function isSettled(state: ApplicationState): boolean {
	const target = wantedOf(state)?.hash;
	return (
		target !== undefined &&
		runs(state, target) &&
		state.sync === undefined &&
		state.request === undefined &&
		state.renderFailure === undefined &&
		state.removal === undefined &&
		state.leaving === undefined &&
		state.drift.length === 0 &&
		!isPartlyForeign(state) &&
		(state.health.status === "Healthy" || state.health.status === "Suspended")
	);
}

function isStalled(state: ApplicationState): Verdict | undefined {
	const failure = state.renderFailure ?? state.attempt?.failure;
	if (failure !== undefined && (failure.kind === "invalid" || failure.kind === "denied")) {
		return { status: "True", ...told(failure) };
	}
	if (state.attempt !== undefined && state.attempt.next === undefined && state.attempt.hash === state.rendered?.hash) {
		return { status: "True", reason: "RetriesExhausted", message: state.attempt.failure.message };
	}
	const waits = state.holds.find((hold) => stalling.has(hold.reason));
	return waits === undefined ? undefined : { status: "True", reason: waits.reason, message: waits.message };
}

function told({ code, message, hint }: Failure): Omit<Verdict, "status"> {
	return { reason: code, message, ...(hint === undefined ? {} : { hint }) };
}

function ready(state: ApplicationState): Verdict {
	const failure = state.renderFailure ?? state.attempt?.failure;
	if (failure !== undefined) return { status: "False", ...told(failure) };
	if (isSettled(state)) return { status: "True", reason: "Converged", message: `runs ${shortRevision(state.applied?.revision ?? "")}` };
	const hold = state.holds[0];
	if (hold !== undefined) return { status: "False", reason: hold.reason, message: hold.message };
	if (state.drift.length > 0)
		return { status: "False", reason: "Drifted", message: `${state.drift.length} objects differ from what was applied` };
	if (state.rendered !== undefined && runs(state, state.rendered.hash)) {
		const { status, message } = state.health;
		return { status: status === "Unknown" ? "Unknown" : "False", reason: `Health${status}`, message };
	}
	return { status: "Unknown", reason: "Progressing", message: "on its way" };
}

function reconciling(state: ApplicationState): Verdict {
	if (state.sync !== undefined) {
		const waits = state.sync.healthDeadline !== undefined;
		return {
			status: "True",
			reason: waits ? "WaitingForHealth" : "Syncing",
			message: `${shortRevision(state.sync.revision)}${waits ? ` waits for health: ${state.health.message}` : ""}`,
		};
	}
	const hold = state.holds.find((each) => each.reason === "Backoff" || each.reason === "DependsOn" || each.reason === "SyncWindow");
	if (hold !== undefined) return { status: "True", reason: hold.reason, message: hold.message };
	return { status: "False", reason: "Idle", message: "" };
}

/** Ready, Reconciling and Stalled of an Application; `since` moves only when the status changes. */
export function conditionsOf(state: ApplicationState, now: string): readonly Condition[] {
	const verdicts: readonly [ConditionType, Verdict][] = [
		["Ready", ready(state)],
		["Reconciling", reconciling(state)],
		["Stalled", isStalled(state) ?? { status: "False", reason: "NotStalled", message: "" }],
	];
	return verdicts.map(([type, verdict]) => {
		const before = state.conditions.find((condition) => condition.type === type);
		return { type, ...verdict, since: before !== undefined && before.status === verdict.status ? before.since : now };
	});
}
