import { z } from "zod";

/** Where a secret value comes from: never the document itself. */
export const secretSource = z
	.union([
		z.strictObject({
			file: z.string().min(1).describe("A file that holds the value; relative to the folder of the control documents or absolute."),
		}),
		z.strictObject({
			env: z
				.string()
				.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u)
				.describe("An environment variable of the operator that holds the value."),
		}),
	])
	.describe("Where a secret value comes from: never the document itself.");
