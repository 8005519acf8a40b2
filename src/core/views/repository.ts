import { z } from "zod";
import { conditionSchema } from "./common.ts";

export const repositoryViewSchema = z.object({
	name: z.string(),
	url: z.string().describe("Without credentials."),
	ref: z.string(),
	revision: z.string().optional().describe("Newest good Revision; kept when the Repository cannot be reached."),
	lastFetch: z.string().optional().describe("ISO 8601, last successful one."),
	conditions: z.array(conditionSchema),
	applications: z.int(),
	hosted: z.boolean().describe("Whether this Gitward hosts it at /git/<name>.git."),
});

export type RepositoryView = z.infer<typeof repositoryViewSchema>;
