import { z } from "zod";
import {
	applicationDetailSchema,
	applicationSummarySchema,
	historyEntrySchema,
	holdSchema,
	objectViewSchema,
} from "../core/views/application.ts";
import { actorSchema, changeSchema, conditionSchema, healthSchema, planSchema } from "../core/views/common.ts";
import { controlViewSchema } from "../core/views/control.ts";
import { environmentViewSchema } from "../core/views/environment.ts";
import { eventSchema } from "../core/views/event.ts";
import { repositoryViewSchema } from "../core/views/repository.ts";
import { contract } from "./contract.ts";
import { errorViewSchema } from "./error-view.ts";
import type { Route } from "./route.ts";
import { logLineSchema, sessionSchema, workingTreeSchema } from "./schemas.ts";

type JsonObject = Record<string, unknown>;

const components: Readonly<Record<string, z.ZodType>> = {
	Actor: actorSchema,
	Application: applicationDetailSchema,
	ApplicationSummary: applicationSummarySchema,
	Change: changeSchema,
	Condition: conditionSchema,
	Control: controlViewSchema,
	Environment: environmentViewSchema,
	Error: errorViewSchema,
	Event: eventSchema,
	Health: healthSchema,
	HistoryEntry: historyEntrySchema,
	Hold: holdSchema,
	LogLine: logLineSchema,
	ObjectView: objectViewSchema,
	Plan: planSchema,
	Repository: repositoryViewSchema,
	Session: sessionSchema,
	WorkingTree: workingTreeSchema,
};

/** The contract as an OpenAPI 3.1 document. */
export function openApi(version: string): JsonObject {
	const routes: readonly (readonly [string, Route])[] = Object.entries(contract);
	const registry = z.registry<{ id: string }>();
	for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
	for (const [name, route] of routes) {
		if (!registry.has(route.answer) && route.status !== 204) registry.add(route.answer, { id: `${name}Answer` });
		if (route.body !== undefined && !registry.has(route.body)) registry.add(route.body, { id: `${name}Body` });
	}
	const schemas = z.toJSONSchema(registry, { io: "input", uri: referenceTo, unrepresentable: "any" }).schemas as Record<string, JsonObject>;
	const idOf = (schema: z.ZodType): string => registry.get(schema)?.id ?? "";
	const paths: Record<string, JsonObject> = {};
	for (const [name, route] of routes) {
		const path = route.path.replaceAll(/:([a-z]+)/gu, "{$1}");
		paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, idOf) };
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "Gitward",
			version,
			description: "Keeps environments equal to what Git says.",
			license: { name: "Apache-2.0", identifier: "Apache-2.0" },
		},
		servers: [{ url: "/" }],
		security: [{ bearer: [] }, { basic: [] }],
		paths,
		components: {
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer" },
				basic: { type: "http", scheme: "basic", description: "The token as password." },
			},
			schemas: Object.fromEntries(Object.entries(schemas).flatMap(([id, schema]) => (id === "__shared" ? [] : [[id, plain(schema)]]))),
		},
	};
}

function operation(name: string, route: Route, idOf: (schema: z.ZodType) => string): JsonObject {
	const content = (type: string, schema: z.ZodType) => ({ [type]: { schema: { $ref: referenceTo(idOf(schema)) } } });
	const type = route.stream === "sse" ? "text/event-stream" : route.stream === "ndjson" ? "application/x-ndjson" : "application/json";
	const description = route.stream === undefined ? "Done." : "A stream; the schema is that of one item.";
	const answer = route.status === 204 ? { description: "Done, without content." } : { description, content: content(type, route.answer) };
	return {
		operationId: name,
		summary: route.summary,
		tags: [route.tag],
		...(route.open === true ? { security: [] } : {}),
		parameters: [...parameters("path", route.params), ...parameters("query", route.query)],
		...(route.body === undefined
			? {}
			: { requestBody: { required: !route.body.safeParse(undefined).success, content: content("application/json", route.body) } }),
		responses: {
			[String(route.status)]: answer,
			default: {
				description: "What went wrong; `kind` waiting comes with status 202.",
				content: content("application/json", errorViewSchema),
			},
		},
	};
}

function parameters(place: "path" | "query", schema: z.ZodObject | undefined): JsonObject[] {
	if (schema === undefined) return [];
	return Object.entries(schema.shape).map(([name, each]) => {
		const {
			description,
			$schema: _,
			...json
		} = plain(z.toJSONSchema(each as z.ZodType, { io: "input", unrepresentable: "any" })) as JsonObject;
		const required = place === "path" || !(each as z.ZodType).safeParse(undefined).success;
		return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: json };
	});
}

/** Without identifiers of its own, and with any JSON value where zod would refer to a recursive one. */
function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value).filter(
		([key, each]) =>
			key !== "$id" && !(key === "$schema" && typeof each === "string") && !(key === "$ref" && String(each).includes("__shared")),
	);
	return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]));
}

function referenceTo(id: string): string {
	return `#/components/schemas/${id}`;
}
