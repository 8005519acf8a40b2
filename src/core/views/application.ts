import { z } from "zod";
import { actorSchema, conditionSchema, healthSchema } from "./common.ts";

/** Why an Application waits, and until when or for whom. */
export const holdSchema = z.object({
	reason: z.enum([
		"Suspended",
		"DeletionGuard",
		"DriftAsk",
		"ManualSync",
		"SyncWindow",
		"DependsOn",
		"RolledBack",
		"Backoff",
		"RetriesExhausted",
		"Project",
		"Handover",
		"DriftFight",
		"Foreign",
	]),
	message: z.string().describe("One sentence that names what it waits for."),
	until: z.string().optional().describe("ISO 8601, where the time is known."),
	confirm: z.string().optional().describe("Hash of the plan that a person may confirm to let it go."),
});

export type Hold = z.infer<typeof holdSchema>;

export const applicationSummarySchema = z.object({
	name: z.string(),
	project: z.string(),
	environment: z.string(),
	repository: z.string(),
	path: z.string(),
	sync: z.enum(["Synced", "OutOfSync", "Syncing", "Unknown"]),
	health: healthSchema,
	conditions: z.array(conditionSchema),
	desiredRevision: z.string().optional().describe("Newest Revision seen for it."),
	appliedRevision: z.string().optional().describe("Revision that runs."),
	holds: z.array(holdSchema).describe("Everything that keeps it from going on; empty when nothing does."),
	driftedObjects: z.int().describe("Objects that differ from what was applied."),
	objects: z.int().describe("Size of the Inventory."),
	lastSync: z.string().optional().describe("ISO 8601, end of the last Sync."),
	suspended: z.boolean(),
});

export type ApplicationSummary = z.infer<typeof applicationSummarySchema>;

export const objectViewSchema = z.object({
	key: z.string(),
	kind: z.string(),
	name: z.string(),
	namespace: z.string(),
	health: healthSchema,
	drifted: z.boolean(),
	drift: z
		.object({
			since: z.string().describe("ISO 8601, when it was first seen."),
			mode: z.enum(["report", "ask", "fight"]).optional().describe("Why it is not repaired; absent: it is about to be."),
			fields: z.array(z.object({ path: z.string(), manager: z.string().optional(), since: z.string().optional() })),
			message: z.string().optional(),
		})
		.optional()
		.describe("What differs, who set it and when, as far as the target knows."),
	created: z.boolean().describe("False for an adopted Object, which is never deleted."),
	logs: z.boolean().describe("Whether it has logs."),
});

export type ObjectView = z.infer<typeof objectViewSchema>;

export const childViewSchema = z.object({
	key: z.string(),
	kind: z.string(),
	name: z.string(),
	namespace: z.string(),
	parent: z.string().describe("Key of the Object, or of the other child, that it belongs to."),
	health: healthSchema,
	created: z.string().optional().describe("ISO 8601."),
	logs: z.boolean().describe("Whether it has logs."),
});

/** What the target holds beneath an Object: a ReplicaSet, a Pod. */
export type ChildView = z.infer<typeof childViewSchema>;

export const noteViewSchema = z.object({
	key: z.string(),
	time: z.string().describe("ISO 8601, the last time."),
	type: z.enum(["info", "warning"]),
	reason: z.string(),
	message: z.string(),
	count: z.int(),
});

/** What the target itself recorded about an Object: a Kubernetes Event. */
export type NoteView = z.infer<typeof noteViewSchema>;

export const applicationDetailSchema = applicationSummarySchema.extend({
	inventory: z.array(objectViewSchema),
	warnings: z.array(z.string()).describe("Of the last render."),
});

export type ApplicationDetail = z.infer<typeof applicationDetailSchema>;

export const historyEntrySchema = z.object({
	id: z.string().describe("Ascending in time within the Application."),
	application: z.string(),
	environment: z.string(),
	revision: z.string(),
	trigger: z.enum(["revision", "drift", "manual", "rollback", "removal", "retry"]),
	by: actorSchema,
	commit: z.object({ author: z.string(), subject: z.string(), time: z.string() }).optional(),
	started: z.string(),
	finished: z.string().optional().describe("Absent while it runs."),
	result: z.enum(["Running", "Succeeded", "Failed", "Interrupted"]),
	message: z.string(),
	changes: z
		.array(z.object({ key: z.string(), action: z.string(), error: z.string().optional() }))
		.describe("What was done, without contents."),
	rollback: z.boolean().describe("Whether one can roll back to it: its rendered Objects are kept."),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;
