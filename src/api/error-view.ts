import { z } from "zod";

/** What every failed request answers; `kind` decides the HTTP status and the CLI's exit code. */
export const errorViewSchema = z.object({
	error: z.object({
		code: z.string().describe("PascalCase and stable."),
		kind: z.enum(["invalid", "denied", "notFound", "conflict", "waiting", "unavailable", "timeout", "internal"]),
		message: z.string(),
		hint: z.string().optional().describe("What the reader can do about it."),
		place: z
			.object({
				file: z.string(),
				line: z.int().optional(),
				column: z.int().optional(),
				key: z.string().optional(),
				quote: z.string().optional(),
			})
			.optional(),
		retryAfterMs: z.number().optional(),
	}),
});

/** What every failed request answers. */
export type ErrorView = z.infer<typeof errorViewSchema>;
