/** Health of an Object, an Application or an Environment. */
export type HealthStatus = "Healthy" | "Progressing" | "Degraded" | "Suspended" | "Missing" | "Unknown";

export interface Health {
	readonly status: HealthStatus;
	/** Why, in one sentence; empty when Healthy needs no explanation. */
	readonly message: string;
}

/** From best to worst: an Application is as healthy as its worst Object. */
const order: readonly HealthStatus[] = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"];

/** The worst of several healths; Healthy where there is none. */
export function worstHealth(healths: Iterable<Health>): Health {
	let worst: Health = { status: "Healthy", message: "" };
	for (const health of healths) {
		if (order.indexOf(health.status) > order.indexOf(worst.status)) worst = health;
	}
	return worst;
}
