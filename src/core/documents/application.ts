import { z } from "zod";
import { driftModeSchema, driftRuleSchema } from "./environment.ts";
import { helmSchema } from "./helm.ts";
import { apiVersion, durationSchema, identitySchema, metadataSchema, nameSchema } from "./metadata.ts";
import { patchSchema } from "./patch.ts";

export const applicationSchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Application"),
		metadata: metadataSchema,
		spec: z.strictObject({
			project: nameSchema.default("default").describe("Project whose limits hold for it."),
			repository: nameSchema.describe("Repository that holds its files."),
			path: z.string().min(1).max(1024).describe("Folder or file in the Repository, without `..`."),
			ref: z.string().min(1).optional().describe("What is followed instead of the Repository's own ref."),
			environment: nameSchema.describe("Environment it goes to."),
			values: z
				.record(z.string(), z.json())
				.optional()
				.describe(
					"Values for templates; giving them, also empty ones, turns `${{ }}` on. For a Helm chart its values, over those of all files.",
				),
			helm: helmSchema.optional(),
			patches: z.array(patchSchema).max(1000).default([]).describe("Changes to the rendered Objects, in order, whatever rendered them."),
			dependsOn: z
				.array(nameSchema)
				.default([])
				.describe("Applications that must be Healthy at their desired Revision before this one syncs."),
			namespace: nameSchema
				.optional()
				.describe("Namespace of Objects that name none; where absent the Environment's, on a host the Application's own name."),
			createNamespace: z
				.strictObject({ labels: z.record(z.string(), z.string()).default({}), annotations: z.record(z.string(), z.string()).default({}) })
				.optional()
				.describe("When given, the namespace is made where it is missing, with these labels and annotations; it is never deleted."),
			as: identitySchema.optional().describe("Where the Project names none: whose rights count in a Kubernetes target."),
			drift: driftModeSchema.optional().describe("Instead of the Environment's."),
			driftRules: z.array(driftRuleSchema).max(100).default([]).describe("Fields that others may change, and what happens then."),
			suspend: z.boolean().default(false).describe("While true nothing is synced or repaired."),
			healthTimeout: durationSchema.default("5m").describe("How long a Sync waits for health before it counts as failed."),
			retry: z
				.strictObject({
					limit: z.int().min(0).max(1000).default(10).describe("Tries at the same Revision before it waits for a new one or a person."),
					backoff: durationSchema.default("1s").describe("Before the second try; doubled for each further, with jitter."),
					maxBackoff: durationSchema.default("5m"),
				})
				.prefault({})
				.describe("How a failed Sync is tried again."),
			historyLimit: z.int().min(1).max(1000).default(50).describe("Syncs that history keeps."),
		}),
	})
	.describe("What runs: a path in a Repository and the Environment it goes to. The unit that is reconciled.");

/** What runs: a path in a Repository and the Environment it goes to. */
export type ApplicationDocument = z.infer<typeof applicationSchema>;
