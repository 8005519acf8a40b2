import { z } from "zod";
import { documentSchemas } from "../../src/core/documents/check.ts";
import { flowSchema } from "../../src/core/documents/flow.ts";
import { hostKinds } from "../../src/drivers/host/kinds.ts";
import { overlaySchema } from "../../src/render/plain/overlay.ts";

/** As much of JSON Schema as our own schemas use. */
export interface JsonSchema {
	readonly $schema?: string;
	readonly type?: string;
	readonly const?: string;
	readonly enum?: readonly unknown[];
	readonly description?: string;
	readonly default?: unknown;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: JsonSchema | boolean;
	readonly items?: JsonSchema;
	readonly anyOf?: readonly JsonSchema[];
	readonly oneOf?: readonly JsonSchema[];
	readonly allOf?: readonly JsonSchema[];
	readonly $ref?: string;
}

/** One kind that has a page and a schema of its own. */
export interface ReferenceKind {
	readonly kind: string;
	/** Where its documents stand. */
	readonly group: "control" | "repository" | "source" | "host";
	readonly schema: JsonSchema;
}

function jsonSchema(schema: z.ZodType): JsonSchema {
	return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

/** Every kind of the reference, from the same zod schemas that check documents. */
export function referenceKinds(): readonly ReferenceKind[] {
	return [
		...Object.entries(documentSchemas).map(([kind, schema]) => ({ kind, group: "control" as const, schema: jsonSchema(schema) })),
		{ kind: "Overlay", group: "repository", schema: jsonSchema(overlaySchema) },
		{ kind: "Flow", group: "source", schema: jsonSchema(flowSchema) },
		...hostKinds.map(({ kind, schema }) => ({ kind, group: "host" as const, schema: jsonSchema(schema) })),
	];
}

/** One schema for a whole file of any of the kinds: what editors are pointed at. */
export function anySchema(kinds: readonly ReferenceKind[]): JsonSchema & { readonly title: string } {
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		title: "Gitward",
		anyOf: kinds.map(({ schema }) => withoutVersion(schema)),
	};
}

/** `$schema` stands once, at the top. */
function withoutVersion(schema: JsonSchema): JsonSchema {
	return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
