import { useSyncExternalStore } from "react";

const wide = matchMedia("(min-width: 68rem)");

function subscribe(listener: () => void): () => void {
	wide.addEventListener("change", listener);
	return () => wide.removeEventListener("change", listener);
}

/** Whether list and panel stand side by side; the same width as `wide` in the styles. */
export function useWide(): boolean {
	return useSyncExternalStore(subscribe, () => wide.matches);
}
