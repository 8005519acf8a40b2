import { z } from "zod";
import { nameSchema } from "../core/documents/metadata.ts";
import { actorSchema } from "../core/views/common.ts";

/** Checked by a search for what may not stand there: a pattern over the whole would run out of stack on large files. */
const base64 = z
	.string()
	.refine((text) => text.length % 4 === 0 && !/[^A-Za-z0-9+/=]/u.test(text) && !/=[^=]|={3}/u.test(text), "base64 with padding")
	.meta({ contentEncoding: "base64" });

/** Files of a working tree as differences to a commit that the server knows. */
export const workingTreeSchema = z.strictObject({
	repository: nameSchema.describe("Repository that the files belong to."),
	base: z
		.string()
		.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/u, "a full commit id in hex")
		.describe("Commit that they are relative to; the server must have it."),
	files: z
		.array(
			z.strictObject({
				path: z.string().min(1).max(4096).describe("Relative to the repository, `/`-separated, without `..`."),
				content: base64.nullable().describe("Whole content; null where the file is deleted."),
			}),
		)
		.max(10_000),
});

/** Files of a working tree as they travel. */
export type WorkingTreeBody = z.infer<typeof workingTreeSchema>;

/** One line that an Object printed. */
export const logLineSchema = z.object({
	time: z.string().optional().describe("ISO 8601, where known."),
	stream: z.enum(["stdout", "stderr"]),
	text: z.string(),
	object: z.string().describe("Key of the Object."),
});

/** One line that an Object printed. */
export type LogLineView = z.infer<typeof logLineSchema>;

/** Who speaks, and until when that holds. */
export const sessionSchema = z.object({
	actor: actorSchema,
	expires: z.string().optional().describe("ISO 8601; absent where a token is used, which does not expire."),
	version: z.string().describe("Of this Gitward."),
});

/** Who speaks, and until when that holds. */
export type SessionView = z.infer<typeof sessionSchema>;
