/** Filters of the list of Applications by their state. */
export const stateFilters = ["all", "attention", "waiting", "syncing", "converged"] as const;
export type StateFilter = (typeof stateFilters)[number];

/** Tabs of an Application's details. */
export const detailTabs = ["differences", "objects", "history", "events"] as const;
export type DetailTab = (typeof detailTabs)[number];

/** What the page shows: all of it stands in the address, so that a link shows the same to a colleague. */
export interface ViewState {
	readonly search: string;
	readonly environment: string | undefined;
	readonly state: StateFilter;
	readonly application: string | undefined;
	readonly tab: DetailTab;
	/** The feed of events in front, on a screen too narrow for both. */
	readonly events: boolean;
}

function oneOf<T extends string>(values: readonly T[], text: string | null, otherwise: T): T {
	return values.find((value) => value === text) ?? otherwise;
}

/** Reads the query of an address; what it does not know it takes as absent. */
export function parseViewState(query: string): ViewState {
	const parameters = new URLSearchParams(query);
	return {
		search: parameters.get("q") ?? "",
		environment: parameters.get("environment") ?? undefined,
		state: oneOf(stateFilters, parameters.get("state"), "all"),
		application: parameters.get("application") ?? undefined,
		tab: oneOf(detailTabs, parameters.get("tab"), "differences"),
		events: parameters.get("panel") === "events",
	};
}

/** The shortest query that says this state; empty for the first page. */
export function formatViewState(state: ViewState): string {
	const parameters = new URLSearchParams();
	if (state.search !== "") parameters.set("q", state.search);
	if (state.environment !== undefined) parameters.set("environment", state.environment);
	if (state.state !== "all") parameters.set("state", state.state);
	if (state.application !== undefined) {
		parameters.set("application", state.application);
		if (state.tab !== "differences") parameters.set("tab", state.tab);
	}
	if (state.events) parameters.set("panel", "events");
	const text = parameters.toString();
	return text === "" ? "" : `?${text}`;
}
