import { z } from "zod";

const operation = z.discriminatedUnion("op", [
	z.strictObject({ op: z.enum(["add", "replace", "test"]), path: z.string(), value: z.json() }),
	z.strictObject({ op: z.enum(["move", "copy"]), from: z.string(), path: z.string() }),
	z.strictObject({ op: z.literal("remove"), path: z.string() }),
]);

const target = z
	.strictObject({
		kind: z.string().min(1).optional(),
		name: z.string().min(1).optional(),
		apiVersion: z.string().min(1).optional(),
	})
	.describe("Objects that the patch is for; a field that is left out fits all.");

/** A change to rendered Objects, by an Overlay or by the Application. */
export const patchSchema = z.union([
	z.strictObject({
		target,
		merge: z
			.record(z.string(), z.json())
			.describe("A strategic merge: maps are merged, null removes, lists of named things are merged by name."),
	}),
	z.strictObject({ target, json: z.array(operation).min(1).max(1000).describe("Operations of a JSON patch, RFC 6902.") }),
]);

/** A change to rendered Objects. */
export type Patch = z.infer<typeof patchSchema>;
