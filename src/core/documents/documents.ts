import { z } from "zod";
import { type ApplicationDocument, applicationSchema } from "./application.ts";
import { type EnvironmentDocument, environmentSchema } from "./environment.ts";
import { type ProjectDocument, projectSchema } from "./project.ts";
import { type RepositoryDocument, repositorySchema } from "./repository.ts";

/** Any document of a control repository. */
export const documentSchema = z.discriminatedUnion("kind", [repositorySchema, environmentSchema, applicationSchema, projectSchema]);

export type Document = z.infer<typeof documentSchema>;

/** The documents of a control repository, checked as a whole: every reference leads somewhere and nothing is cyclic. */
export interface ControlSet {
	readonly repositories: ReadonlyMap<string, RepositoryDocument>;
	readonly environments: ReadonlyMap<string, EnvironmentDocument>;
	readonly applications: ReadonlyMap<string, ApplicationDocument>;
	readonly projects: ReadonlyMap<string, ProjectDocument>;
}
