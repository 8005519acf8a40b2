import { z } from "zod";
import { apiVersion, durationSchema, metadataSchema } from "./metadata.ts";

const host = z
	.strictObject({
		root: z
			.string()
			.min(1)
			.describe("Folder under which everything of the Environment lives; relative to the folder of the control documents."),
	})
	.describe("This machine: files, folders, archives and processes, without root.");

const target = z.strictObject({ host }).describe("Where things run: exactly one kind of target.");

const window = z
	.strictObject({
		kind: z.enum(["allow", "deny"]).describe("`allow`: automatic Syncs run only inside such windows; `deny`: never inside. Deny wins."),
		schedule: z.string().min(1).describe("Cron expression of five fields at which the window opens."),
		duration: durationSchema.describe("How long the window stays open."),
		timeZone: z.string().default("UTC").describe("IANA time zone of the schedule."),
		applications: z.array(z.string().min(1)).optional().describe("Names or globs it is for; all where absent."),
		manual: z.boolean().default(false).describe("Whether a Sync that a person asked for may pass all the same."),
	})
	.describe("A time in which Syncs are allowed or denied.");

/** What happens when live differs from what was last applied. */
export const driftModeSchema = z
	.enum(["heal", "report", "ask"])
	.describe("On drift: `heal` repairs at once, `report` only tells, `ask` waits for a person.");

export const policySchema = z
	.strictObject({
		drift: driftModeSchema.default("heal"),
		sync: z
			.enum(["automatic", "manual"])
			.default("automatic")
			.describe("Whether a new Revision is applied by itself or when a person asks."),
		prune: z.boolean().default(true).describe("Whether Objects that Git no longer holds are deleted."),
		maxDeletePercent: z
			.int()
			.min(0)
			.max(100)
			.default(30)
			.describe("A Sync that would delete more than this share of the Inventory stops and asks; one that would delete all always does."),
		windows: z.array(window).max(100).default([]),
		onShutdown: z.enum(["keep", "stop"]).default("keep").describe("Whether processes go on or stop when Gitward stops cleanly."),
		sweep: durationSchema.default("5m").describe("How often everything is compared although no event said so."),
	})
	.describe("Rules of the Environment.");

export const environmentSchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Environment"),
		metadata: metadataSchema,
		spec: z.strictObject({
			target,
			policy: policySchema.prefault({}),
			after: z
				.array(z.string().min(1))
				.default([])
				.describe("Environments that stand before this one on the way to production; orders listings and the dashboard."),
		}),
	})
	.describe("Where things run: a target and the policy for it.");

/** Where things run: a target and the policy for it. */
export type EnvironmentDocument = z.infer<typeof environmentSchema>;
export type DriftMode = z.infer<typeof driftModeSchema>;
export type SyncWindow = z.infer<typeof window>;
export type Policy = z.infer<typeof policySchema>;
