import type { Health, HealthStatus } from "../../core/health.ts";
import { unknown } from "../answers.ts";

const statuses: readonly HealthStatus[] = ["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"];
const maxMessage = 2000;

/** A message of at most 2,000 characters. */
export function shortened(message: string): string {
	return message.length <= maxMessage ? message : `${message.slice(0, maxMessage - 1)}…`;
}

/** What a rule answered, made a health: a status that there is not gives Unknown. */
export function verdict(status: unknown, message: unknown): Health {
	const known = statuses.find((each) => each === status);
	if (known !== undefined) return { status: known, message: typeof message === "string" ? shortened(message) : "" };
	const given = typeof status === "string" ? JSON.stringify(shortened(status)) : status === undefined ? "none" : `a ${typeof status}`;
	return unknown(`The health rule gave as status ${given}; expected is one of ${statuses.join(", ")}`);
}

/** A rule that could not be evaluated. */
export function failedRule(reason: string): Health {
	return unknown(shortened(`The health rule failed: ${reason}`));
}
