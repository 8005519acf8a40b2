import { z } from "zod";
import { nameSchema } from "../../../core/documents/metadata.ts";

/** API of the kinds that live on a plain machine. */
export const hostApiVersion = "host.gitward.dev/v1";

const pathPattern = /^\/?(?!\.{1,2}(?:\/|$))[^/\0]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[^/\0]{1,255})*$/u;

/** A path below the Environment's root: relative to the namespace's folder, or with a leading `/` to the root itself. */
export const pathSchema = z
	.string()
	.min(1)
	.max(3000)
	.regex(pathPattern, "a path of plain names such as conf/app.yaml, without `.`, `..`, `//` or a slash at its end");

const annotationsSchema = z
	.record(z.string(), z.string())
	.optional()
	.describe("For Gitward (`gitward.dev/wave`, `gitward.dev/hook`, ...) and for tools.");
const labelsSchema = z.record(z.string(), z.string()).optional().describe("For selecting and grouping.");
const namespaceSchema = nameSchema
	.optional()
	.describe("Folder below the Environment's root that paths start from. Default: the Application's name.");

/** Metadata of a kind that stands at a path. */
export const pathMetadataSchema = z
	.strictObject({
		name: pathSchema.describe("Unique among Objects of the same kind and namespace; also its path, where `spec.path` gives no other."),
		namespace: namespaceSchema,
		labels: labelsSchema,
		annotations: annotationsSchema,
	})
	.describe("Name and labels of the Object.");

/** Metadata of a kind that runs. */
export const runMetadataSchema = z
	.strictObject({
		name: nameSchema.describe("Unique among Objects of the same kind and namespace."),
		namespace: namespaceSchema,
		labels: labelsSchema,
		annotations: annotationsSchema,
	})
	.describe("Name and labels of the Object.");

/** Permissions in octal, as a text: YAML would read a bare 0644 as the number 644. */
export const modeSchema = z
	.string('permissions in quotes, such as "0644"')
	.regex(/^0[0-7]{3}$/u, 'permissions as four octal digits in quotes, such as "0644"');

/** What `source` may be: resolved by the render, never seen by the Driver. */
export const sourceSchema = z
	.union([
		z.string().min(1).describe("A path in the same Repository, relative to the file that names it."),
		z.strictObject({
			repository: nameSchema.optional().describe("Another Repository. Default: the Application's own."),
			ref: z.string().min(1).optional().describe("Branch, tag, semver range or commit of it. Default: what that Repository follows."),
			path: z.string().min(1).describe("Path in it."),
		}),
	])
	.describe("Where the content comes from in Git; the render puts the content itself in its place.");

export const commandSchema = z
	.array(
		z
			.string()
			.max(128 * 1024)
			.regex(/^[^\0]*$/u, "text without a zero byte"),
	)
	.min(1)
	.max(1000)
	.refine((command) => command[0] !== "", "the first item names the program")
	.describe(
		"Program and arguments; no shell reads them. A program without `/` is searched on the PATH, one that starts with `./` stands in `cwd`.",
	);

export const envSchema = z
	.record(
		z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, "a name of letters, digits and _"),
		z.string().regex(/^[^\0]*$/u, "text without a zero byte"),
	)
	.describe("Environment variables beside PATH, HOME, LANG and TMPDIR, which come from Gitward's own.");

export const cwdSchema = z
	.union([z.literal("."), z.literal("/"), pathSchema])
	.default(".")
	.describe("Folder it runs in. Default: the namespace's folder.");
