import type { Hold } from "./views/application.ts";

/** Why an Object that its Application no longer wants is not deleted: on account of another Application of the Environment. */
export interface Leave {
	/** That other Application. */
	readonly to: string;
	/** `wants`: it is to take it over; `may`: what it wants is not known now; `shares`: it holds it, too, and never owns it. */
	readonly why: "wants" | "may" | "shares";
}

const whys: Readonly<Record<Leave["why"], string>> = {
	wants: "left for the Application TO, which wants it now",
	may: "not deleted before the Application TO is rendered, which may want it",
	shares: "let go: the Application TO holds it, too",
};

/** For people, in half a sentence. */
export function leaveText({ to, why }: Leave): string {
	return whys[why].replace("TO", to);
}

/** What waits for other Applications to take it over. */
export function leaveHolds(left: readonly Leave[]): readonly Hold[] {
	const groups = Map.groupBy(left, leaveText);
	return [...groups].slice(0, 5).map(([text, { length }]) => ({
		reason: "Handover",
		message: `${length} ${length === 1 ? "object" : "objects"} ${text}`,
	}));
}
