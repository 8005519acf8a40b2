import type { Health } from "../core/health.ts";

/** Healthy; most of the time there is nothing to say about it. */
export function healthy(message = ""): Health {
	return { status: "Healthy", message };
}

/** On its way. */
export function progressing(message: string): Health {
	return { status: "Progressing", message };
}

/** Broken, and not expected to mend by waiting. */
export function degraded(message: string): Health {
	return { status: "Degraded", message };
}

/** Held by intent. */
export function suspended(message: string): Health {
	return { status: "Suspended", message };
}

/** Nobody can tell. */
export function unknown(message: string): Health {
	return { status: "Unknown", message };
}
