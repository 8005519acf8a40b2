import type { Target } from "../../ports/driver.ts";
import type { Live } from "./live/live.ts";

/** What the live side does for a Target by itself. */
export interface LiveSide
	extends Live,
		Pick<Target, "health" | "track" | "sweep">,
		Required<Pick<Target, "recover" | "children" | "notes" | "isAsApplied">> {
	/** Ends its watches. */
	close(): Promise<void>;
}
