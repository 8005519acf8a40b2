import { z } from "zod";
import { actorSchema } from "./common.ts";

/** An entry of the event log, which is the audit log too: append-only, numbered without gaps in the order of commit. */
export const eventSchema = z.object({
	id: z.int().describe("Cursor: `after` takes it."),
	time: z.string().describe("ISO 8601."),
	type: z
		.string()
		.describe(
			"PascalCase and stable: SyncStarted, SyncSucceeded, SyncFailed, DriftDetected, DriftRepaired, HealthChanged, RevisionSeen, RolledBack …",
		),
	severity: z.enum(["info", "warning", "error"]),
	message: z.string(),
	application: z.string().optional(),
	environment: z.string().optional(),
	repository: z.string().optional(),
	object: z.string().optional(),
	revision: z.string().optional(),
	by: actorSchema,
});

export type GitwardEvent = z.infer<typeof eventSchema>;
