import { z } from "zod";
import { durationSchema } from "../../../core/documents/metadata.ts";
import { commandSchema, cwdSchema, envSchema, hostApiVersion, runMetadataSchema } from "./common.ts";

export const jobSchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("Job"),
		metadata: runMetadataSchema,
		spec: z.strictObject({
			command: commandSchema,
			cwd: cwdSchema,
			env: envSchema.default({}),
			timeout: durationSchema.default("10m").describe("After which it is stopped and counts as failed."),
			inputs: z.string().max(128).optional().describe("Where it is not a hook: it runs again when this or the rest of its spec changes."),
		}),
	})
	.describe("A command that runs to its end: as a hook (`gitward.dev/hook`) in every Sync, else once for each change of its spec.");

/** A command that runs to its end. */
export type JobObject = z.infer<typeof jobSchema>;
