import { z } from "zod";
import { apiVersion, durationSchema, metadataSchema } from "./metadata.ts";
import { secretSource } from "./secret-source.ts";

/** Where a secret value comes from: never the document itself. */
export type SecretSource = z.infer<typeof secretSource>;

const credentials = z
	.union([
		z.strictObject({
			token: secretSource.describe(
				"A bearer or access token, sent as the password of basic authentication (and `x-access-token` as user).",
			),
		}),
		z.strictObject({ basic: z.strictObject({ username: z.string().min(1), password: secretSource }) }),
		z.strictObject({
			ssh: z.strictObject({
				key: secretSource.describe("A private key in OpenSSH form."),
				knownHosts: secretSource.describe("Lines as in known_hosts; hosts not listed are refused."),
			}),
		}),
	])
	.describe("Credentials for the Repository: a token, a user and password, or an ssh key.");

export const repositorySchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Repository"),
		metadata: metadataSchema,
		spec: z.strictObject({
			url: z
				.string()
				.min(1)
				.describe("https, ssh (also user@host:path), file URL, or a path; `hosted:NAME` for one that this Gitward hosts at /git/NAME.git."),
			ref: z
				.string()
				.min(1)
				.default("main")
				.describe("What is followed: a branch, a tag, a commit of 40 hex digits, or a semver range of tags such as `^1.4` or `>=2 <3`."),
			poll: durationSchema
				.default("30s")
				.describe(
					"How often the Repository is asked for news, with jitter; pushes to Gitward's own hosting and webhooks do not wait for it.",
				),
			timeout: durationSchema.default("60s").describe("Limit of one fetch."),
			credentials: credentials.optional(),
			submodules: z.boolean().default(false).describe("Whether submodules are fetched and read as folders."),
			verify: z
				.strictObject({
					mode: z.enum(["ssh", "gpg"]).describe("Kind of signature that a commit must carry."),
					keys: z
						.array(z.string().min(1))
						.min(1)
						.describe("Accepted public keys: for ssh lines as in allowed_signers, for gpg armoured public keys."),
				})
				.optional()
				.describe("When given, only commits with a good signature by one of the keys are followed."),
		}),
	})
	.describe("A Git origin that Gitward follows.");

/** A Git origin that Gitward follows. */
export type RepositoryDocument = z.infer<typeof repositorySchema>;
