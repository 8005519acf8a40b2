import { z } from "zod";

export const healthStatusSchema = z.enum(["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"]);

export const healthSchema = z.object({
	status: healthStatusSchema,
	message: z.string().describe("Why, in one sentence; may be empty."),
});

export const conditionSchema = z.object({
	type: z.enum(["Ready", "Reconciling", "Stalled"]),
	status: z.enum(["True", "False", "Unknown"]),
	reason: z.string().describe("PascalCase and stable."),
	message: z.string(),
	hint: z.string().optional().describe("What a person can do about it."),
	since: z.string().describe("ISO 8601, when the status last changed."),
});

/** Who asked for or caused something. */
export const actorSchema = z.object({
	name: z.string().describe("User, commit author, or `gitward` for what it does by itself."),
	via: z.enum(["api", "cli", "dashboard", "git", "automation"]),
});

export type Actor = z.infer<typeof actorSchema>;

export const fieldDifferenceSchema = z.object({
	path: z.string().describe("JSON pointer."),
	before: z.json().optional().describe("Live value; secret values are ***."),
	after: z.json().optional().describe("Desired value; secret values are ***."),
});

export const changeSchema = z.object({
	key: z.string().describe("`Kind.group/namespace/name`."),
	action: z.enum(["create", "update", "replace", "delete", "unchanged", "skip"]),
	wave: z.int(),
	hook: z.enum(["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete"]).optional(),
	reason: z.string().optional(),
	differences: z.array(fieldDifferenceSchema),
});

export type ChangeView = z.infer<typeof changeSchema>;

export const planSchema = z.object({
	application: z.string(),
	environment: z.string(),
	revision: z.string().describe("What was rendered; `working tree` for one that is not pushed."),
	hash: z.string().describe("SHA-256 over what would be done: what a person confirms."),
	changes: z.array(changeSchema).describe("Ordered as they would be applied; unchanged Objects are left out."),
	unchanged: z.int().describe("Number of Objects that are as desired."),
	warnings: z.array(z.string()),
	guard: z.string().optional().describe("Why the deletion guard would stop this plan, when it would."),
});

export type PlanView = z.infer<typeof planSchema>;

/** A listing's page: `next` is the cursor of the one after, absent on the last. */
export function pageOf<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodOptional<z.ZodString> }> {
	return z.object({ items: z.array(item), next: z.string().optional() });
}

export interface Page<T> {
	readonly items: readonly T[];
	readonly next?: string;
}
