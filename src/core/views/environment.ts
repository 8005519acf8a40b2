import { z } from "zod";
import { conditionSchema, healthSchema } from "./common.ts";

export const environmentViewSchema = z.object({
	name: z.string(),
	target: z.string().describe("Kind of target, `host`."),
	health: healthSchema.describe("The worst of its Applications; Unknown where the target cannot be reached."),
	applications: z.int(),
	outOfSync: z.int(),
	after: z.array(z.string()),
	conditions: z.array(conditionSchema),
	policy: z.object({
		drift: z.enum(["heal", "report", "ask"]),
		sync: z.enum(["automatic", "manual"]),
		prune: z.boolean(),
		maxDeletePercent: z.int(),
	}),
});

export type EnvironmentView = z.infer<typeof environmentViewSchema>;
