import type { GitwardEvent } from "../../../src/core/views/event.ts";

/** What a batch of events makes stale. */
export interface Concerns {
	/** Applications to ask for one by one; empty where `everyApplication`. */
	readonly applications: ReadonlySet<string>;
	/** So many, or such, that the whole listing is asked for instead. */
	readonly everyApplication: boolean;
	/** Applications whose history, plan or Inventory may have moved: more than health. */
	readonly changed: ReadonlySet<string>;
	readonly environments: boolean;
	readonly repositories: boolean;
	readonly control: boolean;
}

/** Up to so many Applications are asked for by name: beyond, one listing costs less. */
const mostSingle = 8;

/** Tells what events make stale, and nothing more: with 1,000 Applications a page cannot ask for all of them at each. */
export function concernsOf(events: readonly GitwardEvent[]): Concerns {
	const applications = new Set<string>();
	const changed = new Set<string>();
	let control = false;
	let repositories = false;
	let environments = false;
	for (const event of events) {
		if (event.type.startsWith("Control") || event.type === "ApplicationRemoved") control = true;
		if (event.repository !== undefined) repositories = true;
		if (event.environment !== undefined) environments = true;
		if (event.application === undefined) continue;
		applications.add(event.application);
		if (event.type !== "HealthChanged") changed.add(event.application);
	}
	const everyApplication = control || applications.size > mostSingle;
	return {
		applications: everyApplication ? new Set() : applications,
		everyApplication,
		changed,
		environments: environments || control,
		repositories: repositories || control,
		control,
	};
}
