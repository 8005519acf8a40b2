import type { Hold } from "../../../src/core/views/application.ts";

/** What a person can do about a hold. */
export interface HoldAction {
	readonly does: "confirm" | "sync" | "resume";
	readonly label: string;
}

/** The one button that a hold has; undefined where only time, another Application or Git ends it. */
export function holdAction(hold: Hold): HoldAction | undefined {
	switch (hold.reason) {
		case "DeletionGuard":
			return { does: "confirm", label: "Review deletion" };
		case "DriftAsk":
		case "DriftFight":
			return { does: "confirm", label: "Review repair" };
		case "ManualSync":
			return { does: "sync", label: "Sync" };
		case "Backoff":
		case "RetriesExhausted":
			return { does: "sync", label: "Try again now" };
		case "SyncWindow":
			return { does: "sync", label: "Ask for a Sync" };
		case "RolledBack":
			return { does: "resume", label: "Let go" };
		case "Suspended":
			// What a document says only a commit takes back.
			return hold.message.includes("by its document") ? undefined : { does: "resume", label: "Resume" };
		case "DependsOn":
		case "Foreign":
		case "Handover":
		case "Project":
			return undefined;
	}
}

const titles: Readonly<Record<Hold["reason"], string>> = {
	Suspended: "Suspended",
	DeletionGuard: "Deletion held",
	DriftAsk: "Drift, repair asks first",
	ManualSync: "Syncs on request",
	SyncWindow: "Outside its sync window",
	DependsOn: "Waits for others",
	RolledBack: "Rolled back",
	Backoff: "Tries again",
	RetriesExhausted: "Gave up",
	Project: "Not allowed by its project",
	Handover: "Hands objects over",
	DriftFight: "Another controller fights back",
	Foreign: "Not Gitward's",
};

/** A hold in two or three words. */
export function holdTitle(hold: Hold): string {
	return titles[hold.reason];
}
