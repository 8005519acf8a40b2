import { z } from "zod";
import { conditionSchema } from "./common.ts";

export const controlViewSchema = z.object({
	source: z.string().describe("Folder or URL of the control documents."),
	revision: z.string().optional().describe("In force now."),
	conditions: z
		.array(conditionSchema)
		.describe("Ready is False with the error when the newest documents are invalid: the last good ones stay in force."),
});

export type ControlView = z.infer<typeof controlViewSchema>;
