import { expect, it } from "vitest";
import { formatViewState, parseViewState, type ViewState } from "./view-state.ts";

const first: ViewState = { search: "", environment: undefined, state: "all", application: undefined, tab: "differences", events: false };

it("reads an empty address as the first page", () => {
	expect(parseViewState("")).toEqual(first);
	expect(formatViewState(first)).toBe("");
});

it("comes back the same from an address", () => {
	const state: ViewState = {
		search: "a&b=c d",
		environment: "production",
		state: "attention",
		application: "shop",
		tab: "history",
		events: true,
	};
	expect(parseViewState(formatViewState(state))).toEqual(state);
});

it("takes unknown values as absent", () => {
	expect(parseViewState("?state=nonsense&tab=9&other=1")).toEqual(first);
});

it("leaves the tab out where nothing is open", () => {
	expect(formatViewState({ ...first, tab: "history" })).toBe("");
});
