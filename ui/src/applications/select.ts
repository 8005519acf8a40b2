import { parseRevision } from "../../../src/core/revision.ts";
import type { ApplicationSummary } from "../../../src/core/views/application.ts";
import type { StateFilter } from "../url/view-state.ts";
import { needsAttention, type Tone, tones, type Verdict, verdictOf } from "./verdict.ts";

/** An Application with what is to be said of it. */
export interface Judged {
	readonly application: ApplicationSummary;
	readonly verdict: Verdict;
	/** Lower case, what a search looks into. */
	readonly text: string;
}

/** Judges every Application once for everything that looks at them. */
export function judge(applications: readonly ApplicationSummary[]): readonly Judged[] {
	return applications.map((application) => {
		const verdict = verdictOf(application);
		const commits = [application.desiredRevision, application.appliedRevision].map(
			(revision) => parseRevision(revision ?? "")?.commit ?? "",
		);
		const { name, environment, project, repository, path, sync, health } = application;
		return {
			application,
			verdict,
			text: [name, environment, project, repository, path, sync, health.status, verdict.word, ...commits].join("\n").toLowerCase(),
		};
	});
}

/** Whether an Application belongs to a filter by state. */
export function matchesState(verdict: Verdict, state: StateFilter): boolean {
	switch (state) {
		case "all":
			return true;
		case "attention":
			return needsAttention(verdict);
		case "waiting":
			return verdict.tone === "wait" || verdict.tone === "quiet";
		case "syncing":
			return verdict.tone === "busy";
		case "converged":
			return verdict.tone === "good";
	}
}

/** Those that a search and an Environment leave, before any filter by state. */
export function narrow(judged: readonly Judged[], search: string, environment: string | undefined): readonly Judged[] {
	const words = search
		.toLowerCase()
		.split(/\s+/u)
		.filter((word) => word !== "");
	return judged.filter(
		(each) =>
			(environment === undefined || each.application.environment === environment) && words.every((word) => each.text.includes(word)),
	);
}

/** How many belong to each filter by state. */
export function countStates(judged: readonly Judged[]): Readonly<Record<StateFilter, number>> {
	const count = (state: StateFilter): number => judged.filter((each) => matchesState(each.verdict, state)).length;
	return {
		all: judged.length,
		attention: count("attention"),
		waiting: count("waiting"),
		syncing: count("syncing"),
		converged: count("converged"),
	};
}

/** What wants attention first, then by name. */
export function sortByTrouble(judged: readonly Judged[]): readonly Judged[] {
	return judged.toSorted(
		(a, b) =>
			tones.indexOf(a.verdict.tone) - tones.indexOf(b.verdict.tone) ||
			a.application.name.localeCompare(b.application.name, "en", { numeric: true }),
	);
}

/** How many Applications there are of each tone. */
export function countTones(judged: readonly Judged[]): Readonly<Record<Tone, number>> {
	const counts: Record<Tone, number> = { bad: 0, warn: 0, wait: 0, busy: 0, quiet: 0, good: 0 };
	for (const { verdict } of judged) counts[verdict.tone]++;
	return counts;
}
