import { z } from "zod";
import { apiVersion, metadataSchema, nameSchema } from "./metadata.ts";

const branchPattern = z.string().min(1).max(255);
const pathPatterns = z.array(z.string().min(1).max(1024)).min(1).max(200);
const eventName = z
	.string()
	.max(63)
	.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u, "lower-case letters, digits and dashes, starting and ending with a letter or digit");

/** What an event leads to: a job of this Flow, or a release to an Environment. */
export const flowActionSchema = z
	.union([
		nameSchema.describe("A job of this Flow."),
		z.strictObject({ release: nameSchema.describe("Environment that the release goes to.") }),
		z.strictObject({ "release-candidate": nameSchema.describe("Environment that the candidate goes to.") }),
	])
	.describe("A job by its name, or `{release: ENVIRONMENT}`, or `{release-candidate: ENVIRONMENT}`.");

const branches = z
	.strictObject({
		main: branchPattern.optional().describe("The branch that is released; `main` where absent."),
		develop: branchPattern.optional().describe("Git Flow only: the branch that work is merged to; `develop` where absent."),
		feature: z
			.array(branchPattern)
			.min(1)
			.max(50)
			.optional()
			.describe(
				"Branches on which work is done; `*` stands for any characters. Where absent `feature/*`; in trunk-based every branch that has no other role.",
			),
		release: z.array(branchPattern).min(1).max(50).optional().describe("Release branches; `release/*` where absent."),
		hotfix: z.array(branchPattern).min(1).max(50).optional().describe("Git Flow only: hotfix branches; `hotfix/*` where absent."),
	})
	.describe("Which branch has which role.");

const part = z
	.strictObject({
		paths: pathPatterns.describe("What belongs to it: `services/shop/**`; `*` stays within a folder, `**` does not."),
		dependsOn: z.array(nameSchema).max(200).default([]).describe("Parts that it is built from: it is affected when one of them changes."),
	})
	.describe("A part of a monorepo.");

const customEvent = z
	.strictObject({
		branches: z.array(branchPattern).min(1).max(50).optional().describe("Branches it is for; `*` stands for any characters."),
		tags: z.array(branchPattern).min(1).max(50).optional().describe("Tags it is for."),
		when: z
			.array(z.enum(["created", "updated", "deleted"]))
			.min(1)
			.default(["created", "updated"])
			.describe("What must have happened to the branch or tag."),
		paths: pathPatterns.optional().describe("Only when one of these paths changed."),
		parts: z.array(nameSchema).min(1).max(200).optional().describe("Only when one of these parts is affected."),
	})
	.refine(({ branches: own, tags }) => own !== undefined || tags !== undefined, "branches or tags are expected")
	.describe("An event of one's own: something happened to such branches or tags.");

const job = z
	.strictObject({
		run: z.array(z.string().min(1).max(65_536)).min(1).max(100).describe("Commands, one after the other; the first that fails ends it."),
		needs: z.array(nameSchema).max(100).default([]).describe("Jobs that must have succeeded before it starts."),
		artifacts: z
			.array(
				z.strictObject({
					name: nameSchema.describe("What the artifact is called."),
					archive: z.string().min(1).max(1024).describe("File or folder that is kept, relative to the repository."),
				}),
			)
			.max(50)
			.default([])
			.describe("What it built and is kept."),
	})
	.describe("Something to run.");

export const flowSchema = z
	.strictObject({
		apiVersion: z.literal(apiVersion),
		kind: z.literal("Flow"),
		metadata: metadataSchema,
		spec: z.strictObject({
			model: z
				.enum(["git-flow", "trunk-based", "custom"])
				.describe("The workflow: which events there are. `custom` has only those under `events`."),
			branches: branches.optional(),
			tags: z.array(branchPattern).min(1).max(50).default(["v*"]).describe("Tags that mark a version."),
			parts: z.record(nameSchema, part).default({}).describe("Parts of a monorepo: events tell which of them are affected."),
			events: z.record(eventName, customEvent).default({}).describe("Events of one's own, beside those of the model."),
			jobs: z.record(nameSchema, job).default({}).describe("What can be run."),
			on: z
				.record(eventName, z.array(flowActionSchema).max(100))
				.default({})
				.describe("Event → what follows, in order. An empty list: nothing, also not what a more general event says."),
		}),
	})
	.describe("Which actions belong to which events of a Git workflow; `flow.yaml` in an application's own repository.");

/** Which actions belong to which events of a Git workflow. */
export type FlowDocument = z.infer<typeof flowSchema>;
export type FlowAction = z.infer<typeof flowActionSchema>;
