import { AppError } from "../../core/app-error.ts";
import type { ApplicationDocument } from "../../core/documents/application.ts";
import type { ProjectDocument } from "../../core/documents/project.ts";
import { matchesGlob } from "../../core/glob.ts";
import { type DesiredObject, refOf } from "../../core/object.ts";

function matchesAny(globs: readonly string[], text: string): boolean {
	return globs.some((glob) => matchesGlob(glob, text));
}

function denied(project: ProjectDocument, what: string, field: string): AppError {
	const { name } = project.metadata;
	return new AppError(`Project ${name} does not allow ${what}`, {
		code: "ProjectDenied",
		kind: "denied",
		hint: `Add it to spec.${field} of the Project ${name}.`,
	});
}

/** Throws `denied` where the Project does not allow the Repository; no Project allows all. */
export function demandRepository(project: ProjectDocument | undefined, repository: string): void {
	if (project !== undefined && !matchesAny(project.spec.repositories, repository))
		throw denied(project, `the Repository ${repository}`, "repositories");
}

/** Throws `denied` for the first Object whose kind the Project does not allow. */
export function demandKinds(project: ProjectDocument | undefined, objects: readonly DesiredObject[]): void {
	if (project === undefined) return;
	for (const object of objects) {
		const { kind, group } = refOf(object);
		if (matchesAny(project.spec.kinds, kind) || matchesAny(project.spec.kinds, `${kind}.${group}`)) continue;
		throw denied(project, `the kind ${kind} of ${object.metadata.name}`, "kinds");
	}
}

/** Why an Application may not go where it wants, or undefined. */
export function environmentProblem(project: ProjectDocument | undefined, document: ApplicationDocument): string | undefined {
	if (project === undefined || matchesAny(project.spec.environments, document.spec.environment)) return undefined;
	return denied(project, `the Environment ${document.spec.environment}`, "environments").message;
}
