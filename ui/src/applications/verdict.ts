import type { ApplicationSummary, Hold } from "../../../src/core/views/application.ts";

/** How much something wants attention; each has a colour, an icon and a word of its own. */
export type Tone = "bad" | "warn" | "wait" | "busy" | "quiet" | "good";

/** Worst first. */
export const tones: readonly Tone[] = ["bad", "warn", "wait", "busy", "quiet", "good"];

/** What is to be said of one Application in one look. */
export interface Verdict {
	readonly tone: Tone;
	readonly word: string;
	/** Why it does not converge; empty where it does. */
	readonly why: string;
	/** ISO 8601: since when. */
	readonly since?: string;
}

/** Holds that only a person ends. */
const personHolds: readonly Hold["reason"][] = ["DeletionGuard", "DriftAsk", "ManualSync", "RetriesExhausted"];

function condition(
	application: ApplicationSummary,
	type: "Ready" | "Reconciling" | "Stalled",
): ApplicationSummary["conditions"][number] | undefined {
	return application.conditions.find((each) => each.type === type);
}

/** The worst thing that is true of an Application, why, and since when. */
export function verdictOf(application: ApplicationSummary): Verdict {
	const { health, sync, holds } = application;
	const ready = condition(application, "Ready");
	const stalled = condition(application, "Stalled");
	const since = ready === undefined || ready.status === "True" ? {} : { since: ready.since };
	const personal = holds.find((hold) => personHolds.includes(hold.reason));
	const rolledBack = holds.find((hold) => hold.reason === "RolledBack");
	if (health.status === "Degraded" || health.status === "Missing") {
		return { tone: "bad", word: health.status, why: health.message === "" ? (ready?.message ?? "") : health.message, ...since };
	}
	if (personal?.reason === "RetriesExhausted") return { tone: "bad", word: "Gave up", why: personal.message, ...since };
	if (personal !== undefined) return { tone: "wait", word: "Waits for you", why: personal.message, ...since };
	if (stalled?.status === "True") return { tone: "bad", word: "Stalled", why: stalled.message, since: stalled.since };
	if (application.suspended)
		return { tone: "quiet", word: "Suspended", why: holds.find((hold) => hold.reason === "Suspended")?.message ?? "suspended", ...since };
	const other = holds.find((hold) => hold !== rolledBack);
	if (other?.reason === "Backoff") return { tone: "warn", word: "Retrying", why: other.message, ...since };
	if (other !== undefined) return { tone: "wait", word: "Waiting", why: other.message, ...since };
	if (sync === "Syncing" || (sync === "Synced" && health.status === "Progressing")) {
		return { tone: "busy", word: sync === "Syncing" ? "Syncing" : "Progressing", why: health.message, ...since };
	}
	if (rolledBack !== undefined && health.status === "Healthy")
		return { tone: "quiet", word: "Rolled back", why: rolledBack.message, ...since };
	if (sync === "OutOfSync") {
		const drifted = application.driftedObjects > 0;
		return {
			tone: "warn",
			word: drifted ? "Drifted" : "Out of sync",
			why: ready?.status === "True" ? "" : (ready?.message ?? ""),
			...since,
		};
	}
	if (sync === "Unknown" || health.status === "Unknown") {
		return { tone: "warn", word: "Unknown", why: ready?.message ?? health.message, ...since };
	}
	if (ready?.status === "False") return { tone: "warn", word: "Not ready", why: ready.message, since: ready.since };
	return { tone: "good", word: "Converged", why: "" };
}

/** Whether somebody should look at it: it does not converge and nothing says that it will by itself. */
export function needsAttention({ tone, word }: Verdict): boolean {
	return tone === "bad" || tone === "warn" || (tone === "wait" && word === "Waits for you");
}
