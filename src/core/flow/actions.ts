import type { FlowAction } from "../documents/flow.ts";
import { generalEvent } from "./event-names.ts";
import type { Flow } from "./flow.ts";

/** What follows an event. */
export interface Following {
	readonly actions: readonly FlowAction[];
	/** The event under which `on` has them; absent where it has none. */
	readonly because?: string;
}

/** What follows an event of that name: what `on` gives for it, or else for the more general event. */
export function actionsOf(flow: Flow, name: string): Following {
	for (let because: string | undefined = name; because !== undefined; because = generalEvent(flow.model, because)) {
		const actions = Object.hasOwn(flow.on, because) ? flow.on[because] : undefined;
		if (actions !== undefined) return { actions, because };
	}
	return { actions: [] };
}

/** `build`, or `release: production`. */
export function actionText(action: FlowAction): string {
	if (typeof action === "string") return action;
	return "release" in action ? `release: ${action.release}` : `release-candidate: ${action["release-candidate"]}`;
}
