import type { ApplicationSummary } from "../../../src/core/views/application.ts";

type Conditions = ApplicationSummary["conditions"];

/** Conditions of an Application that converged, for tests. */
export function readyConditions(status: "True" | "False", message = "", reason = "Converged"): Conditions {
	return [{ type: "Ready", status, reason, message, since: "2026-03-01T11:00:00Z" }];
}

/** A converged Application, with what a test changes. */
export function sampleApplication(patch: Partial<ApplicationSummary> = {}): ApplicationSummary {
	return {
		name: "shop",
		project: "default",
		environment: "dev",
		repository: "env-config",
		path: "dev/shop",
		sync: "Synced",
		health: { status: "Healthy", message: "" },
		conditions: readyConditions("True"),
		holds: [],
		driftedObjects: 0,
		objects: 4,
		suspended: false,
		...patch,
	};
}
