import { z } from "zod";
import { apiVersion, durationSchema, metadataSchema, nameSchema } from "./metadata.ts";

const host = z
	.strictObject({
		root: z
			.string()
			.min(1)
			.describe("Folder under which everything of the Environment lives; relative to the folder of the control documents."),
	})
	.describe("This machine: files, folders, archives and processes, without root.");

const kubernetes = z
	.strictObject({
		kubeconfig: z
			.string()
			.min(1)
			.optional()
			.describe(
				"A kubeconfig file, relative to the folder of the control documents. Where absent: the service account of the Pod that Gitward runs in.",
			),
		context: z.string().min(1).optional().describe("Context of the kubeconfig; its current one where absent."),
		namespace: nameSchema.default("default").describe("Namespace of Objects that name none, unless the Application says another."),
		namespaces: z
			.array(nameSchema)
			.min(1)
			.max(100)
			.optional()
			.describe(
				"The only namespaces that this Environment reaches: for a Gitward that has rights in these and not in the whole cluster. All where absent.",
			),
		proxy: z
			.url({ protocol: /^https?$/u })
			.optional()
			.describe("HTTP proxy through which the API server is reached."),
	})
	.describe("A Kubernetes cluster, through its API.");

const target = z
	.strictObject({ host: host.optional(), kubernetes: kubernetes.optional() })
	.refine(
		(kinds) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1,
		"exactly one kind of target is expected: host or kubernetes",
	)
	.describe("Where things run: exactly one kind of target.");

/** Which Objects a rule is for; what is absent fits all. */
const objectMatch = {
	group: z.string().optional().describe("API group, as a glob; empty for the core group."),
	kind: z.string().min(1).optional().describe("Kind, as a glob."),
	namespace: z.string().min(1).optional().describe("Namespace, as a glob."),
	name: z.string().min(1).optional().describe("Name, as a glob."),
};

/** A rule about fields that others may change. */
export const driftRuleSchema = z
	.strictObject({
		...objectMatch,
		fields: z
			.array(z.string().min(1).max(1024))
			.max(100)
			.default([])
			.describe(
				'JSON pointers (`/spec/replicas`) or paths like jq\'s (`.spec.template.spec.containers[].image`, `[]` for every entry, `["key"]`).',
			),
		managers: z.array(z.string().min(1)).max(100).default([]).describe("Field managers, as globs: whatever fields they own."),
		mode: z
			.enum(["ignore", "heal", "report", "ask"])
			.default("ignore")
			.describe("`ignore`: what others set there stays; else what happens on drift there."),
	})
	.describe("What happens when fields differ that other controllers may own.");

/** How healthy Objects of a kind are, where what Gitward knows does not do. */
export const healthRuleSchema = z
	.strictObject({
		group: z.string().default("").describe("API group; empty for the core group."),
		kind: z.string().min(1),
		cel: z
			.string()
			.min(1)
			.max(4096)
			.optional()
			.describe('CEL expression over `object` that gives a status (`"Healthy"`) or `{status, message}`.'),
		lua: z
			.string()
			.min(1)
			.max(100_000)
			.optional()
			.describe("A health script as Argo CD has them: reads `obj`, returns `{status, message}`."),
	})
	.refine(({ cel, lua }) => (cel === undefined) !== (lua === undefined), "either cel or lua is expected")
	.describe("A rule for the health of a kind.");

const window = z
	.strictObject({
		kind: z.enum(["allow", "deny"]).describe("`allow`: automatic Syncs run only inside such windows; `deny`: never inside. Deny wins."),
		schedule: z.string().min(1).describe("Cron expression of five fields at which the window opens."),
		duration: durationSchema.describe("How long the window stays open."),
		timeZone: z.string().default("UTC").describe("IANA time zone of the schedule."),
		applications: z.array(z.string().min(1)).optional().describe("Names or globs it is for; all where absent."),
		manual: z.boolean().default(false).describe("Whether a Sync that a person asked for may pass all the same."),
	})
	.describe("A time in which Syncs are allowed or denied.");

/** What happens when live differs from what was last applied. */
export const driftModeSchema = z
	.enum(["heal", "report", "ask"])
	.describe("On drift: `heal` repairs at once, `report` only tells, `ask` waits for a person.");

export const policySchema = z
	.strictObject({
		drift: driftModeSchema.default("heal"),
		sync: z
			.enum(["automatic", "manual"])
			.default("automatic")
			.describe("Whether a new Revision is applied by itself or when a person asks."),
		prune: z.boolean().default(true).describe("Whether Objects that Git no longer holds are deleted."),
		maxDeletePercent: z
			.int()
			.min(0)
			.max(100)
			.default(30)
			.describe("A Sync that would delete more than this share of the Inventory stops and asks; one that would delete all always does."),
		conflicts: z
			.enum(["force", "report"])
			.default("force")
			.describe("Fields that another manager owns (Kubernetes): `force` takes them, `report` fails the Sync and names them."),
		replace: z
			.enum(["never", "immutable"])
			.default("never")
			.describe("Whether an Object is deleted and made anew where only that leads to what is desired."),
		windows: z.array(window).max(100).default([]),
		onShutdown: z.enum(["keep", "stop"]).default("keep").describe("Whether processes go on or stop when Gitward stops cleanly."),
		sweep: durationSchema.default("5m").describe("How often everything is compared although no event said so."),
	})
	.describe("Rules of the Environment.");

export const environmentSchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Environment"),
		metadata: metadataSchema,
		spec: z.strictObject({
			target,
			policy: policySchema.prefault({}),
			health: z
				.array(healthRuleSchema)
				.max(200)
				.default([])
				.describe("Health rules for kinds that Gitward does not know, or knows otherwise."),
			after: z
				.array(z.string().min(1))
				.default([])
				.describe("Environments that stand before this one on the way to production; orders listings and the dashboard."),
		}),
	})
	.describe("Where things run: a target and the policy for it.");

/** Where things run: a target and the policy for it. */
export type EnvironmentDocument = z.infer<typeof environmentSchema>;
export type DriftMode = z.infer<typeof driftModeSchema>;
export type DriftRule = z.infer<typeof driftRuleSchema>;
export type HealthRule = z.infer<typeof healthRuleSchema>;
export type SyncWindow = z.infer<typeof window>;
export type Policy = z.infer<typeof policySchema>;
