import { useCallback, useSyncExternalStore } from "react";
import { formatViewState, parseViewState, type ViewState } from "./view-state.ts";

const changed = "gitward:address";

function subscribe(listener: () => void): () => void {
	addEventListener("popstate", listener);
	addEventListener(changed, listener);
	return () => {
		removeEventListener("popstate", listener);
		removeEventListener(changed, listener);
	};
}

/** Changes what the page shows; `replace` leaves no step to go back to, for typing. */
export type SetView = (patch: Partial<ViewState>, options?: { readonly replace?: boolean }) => void;

/** What the address says the page shows, and how to change it. */
export function useViewState(): readonly [ViewState, SetView] {
	const query = useSyncExternalStore(subscribe, () => location.search);
	const set = useCallback<SetView>((patch, options) => {
		const address = location.pathname + formatViewState({ ...parseViewState(location.search), ...patch });
		if (options?.replace === true) history.replaceState(null, "", address);
		else history.pushState(null, "", address);
		dispatchEvent(new Event(changed));
	}, []);
	return [parseViewState(query), set];
}

/** The address of an Application's details, with the filters as they are now. */
export function addressOf(patch: Partial<ViewState>): string {
	return location.pathname + formatViewState({ ...parseViewState(location.search), ...patch });
}
