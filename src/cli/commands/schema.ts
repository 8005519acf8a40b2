import { z } from "zod";
import { AppError } from "../../core/app-error.ts";
import { applicationSchema } from "../../core/documents/application.ts";
import { environmentSchema } from "../../core/documents/environment.ts";
import { flowSchema } from "../../core/documents/flow.ts";
import { projectSchema } from "../../core/documents/project.ts";
import { repositorySchema } from "../../core/documents/repository.ts";
import { hostKinds } from "../../drivers/host/kinds.ts";
import type { Io } from "../io.ts";

const documents: Readonly<Record<string, z.ZodType>> = {
	Repository: repositorySchema,
	Environment: environmentSchema,
	Application: applicationSchema,
	Project: projectSchema,
	Flow: flowSchema,
};

/** Prints the JSON Schema of one kind, or of every document and Object as alternatives. */
export function printSchema(io: Io, kind: string | undefined): void {
	const kinds = new Map<string, z.ZodType>([...Object.entries(documents), ...hostKinds.map((each) => [each.kind, each.schema] as const)]);
	const json = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
	if (kind === undefined) {
		const all = [...kinds.values()].map((schema) => {
			const { $schema: _, ...rest } = json(schema);
			return rest;
		});
		io.out(`${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", title: "Gitward", anyOf: all }, null, 2)}\n`);
		return;
	}
	const found = [...kinds].find(([name]) => name.toLowerCase() === kind.toLowerCase());
	if (found === undefined)
		throw new AppError(`There is no kind ${JSON.stringify(kind)}`, {
			code: "KindNotFound",
			kind: "notFound",
			hint: `There are: ${[...kinds.keys()].join(", ")}.`,
		});
	io.out(`${JSON.stringify(json(found[1]), null, 2)}\n`);
}
