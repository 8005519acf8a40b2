import { z } from "zod";

/** DNS label as Kubernetes has it: what a document may be called. */
export const nameSchema = z
	.string()
	.min(1)
	.max(63)
	.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u, "lower-case letters, digits and dashes, starting and ending with a letter or digit");

export const metadataSchema = z
	.strictObject({
		name: nameSchema.describe("Unique among documents of the same kind."),
		labels: z.record(z.string(), z.string()).optional().describe("For selecting and grouping; shown in listings."),
		annotations: z.record(z.string(), z.string()).optional().describe("For tools; Gitward keeps them as they are."),
	})
	.describe("Name and labels of the document.");

/** `500ms`, `30s`, `5m`, `2h`, `1d`. Parsed by `parseDuration`. */
export const durationSchema = z
	.string()
	.regex(/^[0-9]{1,6}(ms|s|m|h|d)$/u, "a duration such as 500ms, 30s, 5m, 2h or 1d")
	.describe("A duration: a whole number and ms, s, m, h or d.");

/** In whose name a target is changed. */
export const identitySchema = z
	.strictObject({
		user: z.string().min(1).max(253).describe("User name; a service account is `system:serviceaccount:NAMESPACE:NAME`."),
		groups: z.array(z.string().min(1).max(253)).max(50).default([]).describe("Groups of the user."),
	})
	.describe("Whose rights count in a Kubernetes target, by impersonation, instead of the operator's own.");

/** In whose name a target is changed. */
export type Identity = z.infer<typeof identitySchema>;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a text that durationSchema accepted. */
export function parseDuration(text: string): number {
	const match = /^([0-9]+)(ms|s|m|h|d)$/u.exec(text);
	return Number(match?.[1] ?? Number.NaN) * (units[match?.[2] ?? ""] ?? Number.NaN);
}

export const apiVersion = "gitward.dev/v1";
