import { z } from "zod";
import { apiVersion, identitySchema, metadataSchema } from "./metadata.ts";

const globs = z.array(z.string().min(1).max(253)).max(1000);

export const projectSchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Project"),
		metadata: metadataSchema,
		spec: z.strictObject({
			description: z.string().default("").describe("What the team does, for people."),
			repositories: globs
				.default([])
				.describe("Names or globs of Repositories that Applications of the Project may use; none where empty."),
			environments: globs.default([]).describe("Names or globs of Environments they may go to; none where empty."),
			as: identitySchema.optional(),
			kinds: globs.default(["*"]).describe("Kinds of Objects they may hold, as `Kind` or `Kind.group`, with globs."),
		}),
	})
	.describe("Which Repositories, Environments and kinds a team may use. Where no Project named `default` exists, that one allows all.");

/** Which Repositories, Environments and kinds a team may use. */
export type ProjectDocument = z.infer<typeof projectSchema>;
