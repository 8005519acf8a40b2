import type { ApplicationSummary } from "../../core/views/application.ts";
import type { Paint } from "./paint.ts";

type Health = ApplicationSummary["health"]["status"];

/** A health in its colour. */
export function paintHealth(paint: Paint, text: string, status: Health): string {
	if (status === "Healthy") return paint.green(text);
	if (status === "Degraded" || status === "Missing") return paint.red(text);
	return status === "Unknown" || status === "Progressing" ? paint.yellow(text) : paint.dim(text);
}

/** A sync state in its colour. */
export function paintSync(paint: Paint, text: string, sync: ApplicationSummary["sync"]): string {
	if (sync === "Synced") return paint.green(text);
	return sync === "Syncing" ? paint.blue(text) : paint.yellow(text);
}

/** Whether an Application is as Git says and well; a person has nothing to look at. */
export function isFine(application: ApplicationSummary): boolean {
	const stalled = application.conditions.some((each) => each.type === "Stalled" && each.status === "True");
	return (
		application.sync === "Synced" &&
		application.health.status === "Healthy" &&
		application.driftedObjects === 0 &&
		application.holds.length === 0 &&
		!stalled
	);
}
