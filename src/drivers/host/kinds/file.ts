import { z } from "zod";
import { hostApiVersion, modeSchema, pathMetadataSchema, pathSchema, sourceSchema } from "./common.ts";

/** Most bytes of a File's content. */
export const maxContentBytes = 1024 * 1024;

const pathOption = pathSchema
	.optional()
	.describe("Path below the namespace's folder, or with a leading `/` below the Environment's root. Default: the name.");

export const fileSchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("File"),
		metadata: pathMetadataSchema,
		spec: z
			.strictObject({
				path: pathOption,
				content: z.string().max(maxContentBytes).optional().describe("Content as text, written in UTF-8; at most 1 MiB."),
				contentBase64: z
					.base64()
					.max(Math.ceil(maxContentBytes / 3) * 4)
					.optional()
					.describe("Content that is no text, in base64; at most 1 MiB."),
				source: sourceSchema.optional(),
				mode: modeSchema.default("0644").describe("Permissions."),
			})
			.refine(
				(spec) => [spec.content, spec.contentBase64, spec.source].filter((each) => each !== undefined).length === 1,
				"exactly one of content, contentBase64 and source",
			)
			.refine((spec) => spec.content === undefined || Buffer.byteLength(spec.content) <= maxContentBytes, {
				path: ["content"],
				message: "at most 1 MiB",
			}),
	})
	.describe("A file: content and permissions, written at once or not at all.");

/** A file: content and permissions. */
export type FileObject = z.infer<typeof fileSchema>;

export const directorySchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("Directory"),
		metadata: pathMetadataSchema,
		spec: z
			.strictObject({
				path: pathOption,
				source: sourceSchema.optional().describe("A folder in Git: the render makes one File of each file beneath."),
				mode: modeSchema.default("0755").describe("Permissions."),
			})
			.prefault({}),
	})
	.describe("A folder. Files in it that Git does not name are left alone; it is deleted only when empty.");

/** A folder. */
export type DirectoryObject = z.infer<typeof directorySchema>;

export const archiveSchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("Archive"),
		metadata: pathMetadataSchema,
		spec: z
			.strictObject({
				path: pathOption,
				source: sourceSchema.optional().describe("A tar, tar.gz or zip file in Git."),
				blob: z
					.string()
					.regex(/^git\/[a-z0-9][-a-z0-9]{0,62}\/[0-9a-f]{40}(?:[0-9a-f]{24})?$/u, "git/<repository>/<oid>")
					.optional()
					.describe("What the render makes of `source`: `git/<repository>/<oid>`."),
				url: z
					.url({ protocol: /^https?$/u })
					.optional()
					.describe("Where it is downloaded from; needs `sha256`."),
				sha256: z
					.string()
					.regex(/^[0-9a-f]{64}$/u, "64 hex digits")
					.optional()
					.describe("Digest that the downloaded file must have."),
				format: z.enum(["tar", "tar.gz", "zip"]).optional().describe("Default: by the name of `source` or `url`, else by the first bytes."),
				strip: z
					.int()
					.min(0)
					.max(20)
					.default(0)
					.describe("Leading folders taken off each path in the archive; what has no more is left out."),
			})
			.refine(
				(spec) => [spec.source, spec.blob, spec.url].filter((each) => each !== undefined).length === 1,
				"exactly one of source, url and blob",
			)
			.refine((spec) => (spec.url === undefined) === (spec.sha256 === undefined), {
				path: ["sha256"],
				message: "url and sha256 go together",
			}),
	})
	.describe("An archive, unpacked beside its path by digest; the path is a symbolic link that is switched at once.");

/** An archive that is unpacked by digest and switched at once. */
export type ArchiveObject = z.infer<typeof archiveSchema>;
