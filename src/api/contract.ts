import { z } from "zod";
import { nameSchema } from "../core/documents/metadata.ts";
import { applicationDetailSchema, applicationSummarySchema, historyEntrySchema, objectViewSchema } from "../core/views/application.ts";
import { pageOf, planSchema } from "../core/views/common.ts";
import { controlViewSchema } from "../core/views/control.ts";
import { environmentViewSchema } from "../core/views/environment.ts";
import { eventSchema } from "../core/views/event.ts";
import { repositoryViewSchema } from "../core/views/repository.ts";
import { flag, pageQuery, type Route, whole } from "./route.ts";
import { logLineSchema, sessionSchema, workingTreeSchema } from "./schemas.ts";

const named = z.object({ name: nameSchema });
const page = z.object(pageQuery);
const accepted = z.object({ application: z.string() });
/** Bytes of JSON that a working tree may have: some 24 MiB of files. */
const workingTreeLimit = 32 * 1024 * 1024;

/** Every route of `/api/v1`: validation, OpenAPI and the typed client come from this table. */
export const contract = {
	getControl: {
		method: "GET",
		path: "/api/v1/control",
		tag: "control",
		summary: "The control documents that are in force, and what is wrong with newer ones.",
		status: 200,
		answer: controlViewSchema,
	},
	listEnvironments: {
		method: "GET",
		path: "/api/v1/environments",
		tag: "environments",
		summary: "Environments, in their order towards production.",
		query: page,
		status: 200,
		answer: pageOf(environmentViewSchema),
	},
	listRepositories: {
		method: "GET",
		path: "/api/v1/repositories",
		tag: "repositories",
		summary: "Repositories with the Revision that is known of each.",
		query: page,
		status: 200,
		answer: pageOf(repositoryViewSchema),
	},
	refreshRepository: {
		method: "POST",
		path: "/api/v1/repositories/:name/refresh",
		tag: "repositories",
		summary: "Hints that the Repository has news: it is fetched soon.",
		params: named,
		status: 202,
		answer: z.object({ repository: z.string() }),
	},
	listApplications: {
		method: "GET",
		path: "/api/v1/applications",
		tag: "applications",
		summary: "Applications with sync and health, sorted by name.",
		query: page.extend({ environment: nameSchema.optional(), repository: nameSchema.optional(), project: nameSchema.optional() }),
		status: 200,
		answer: pageOf(applicationSummarySchema),
	},
	getApplication: {
		method: "GET",
		path: "/api/v1/applications/:name",
		tag: "applications",
		summary: "One Application with its Inventory.",
		params: named,
		status: 200,
		answer: applicationDetailSchema,
	},
	listObjects: {
		method: "GET",
		path: "/api/v1/applications/:name/objects",
		tag: "applications",
		summary: "Objects of the Application's Inventory with health and drift.",
		params: named,
		query: page,
		status: 200,
		answer: pageOf(objectViewSchema),
	},
	getPlan: {
		method: "GET",
		path: "/api/v1/applications/:name/plan",
		tag: "applications",
		summary: "What a Sync would do now. Changes nothing.",
		params: named,
		status: 200,
		answer: planSchema,
	},
	planWorkingTree: {
		method: "POST",
		path: "/api/v1/applications/:name/plan",
		tag: "applications",
		summary: "What a Sync would do if the given files were pushed. Changes nothing.",
		params: named,
		body: workingTreeSchema,
		bodyLimit: workingTreeLimit,
		status: 200,
		answer: planSchema,
	},
	findAffected: {
		method: "POST",
		path: "/api/v1/affected",
		tag: "applications",
		summary: "Applications that the given files would touch if they were pushed.",
		body: workingTreeSchema,
		bodyLimit: workingTreeLimit,
		status: 200,
		answer: z.object({ applications: z.array(z.string()) }),
	},
	getHistory: {
		method: "GET",
		path: "/api/v1/applications/:name/history",
		tag: "applications",
		summary: "Syncs of the Application, newest first.",
		params: named,
		query: page,
		status: 200,
		answer: pageOf(historyEntrySchema),
	},
	syncApplication: {
		method: "POST",
		path: "/api/v1/applications/:name/sync",
		tag: "applications",
		summary: "Asks for a Sync; `confirm` lets the plan with that hash pass the deletion guard or a drift that asks.",
		params: named,
		body: z.strictObject({ confirm: z.string().min(1).max(128).optional().describe("`hash` of the plan.") }).prefault({}),
		status: 202,
		answer: accepted,
	},
	rollbackApplication: {
		method: "POST",
		path: "/api/v1/applications/:name/rollback",
		tag: "applications",
		summary: "Goes back to a history entry and holds the bad Revision until a newer one changes the Application.",
		params: named,
		body: z.strictObject({ to: z.string().min(1).max(128).describe("`id` of a history entry with `rollback` true.") }),
		status: 202,
		answer: accepted,
	},
	suspendApplication: {
		method: "POST",
		path: "/api/v1/applications/:name/suspend",
		tag: "applications",
		summary: "Stops Syncs and repairs until resumed.",
		params: named,
		status: 202,
		answer: accepted,
	},
	resumeApplication: {
		method: "POST",
		path: "/api/v1/applications/:name/resume",
		tag: "applications",
		summary: "Ends a suspension, and the hold that a rollback left.",
		params: named,
		status: 202,
		answer: accepted,
	},
	waitSettled: {
		method: "GET",
		path: "/api/v1/applications/:name/settled",
		tag: "applications",
		summary:
			"Waits until the Application is Synced and Healthy at its desired Revision. 202 with the holds when it cannot get there by itself.",
		params: named,
		query: z.object({ limit: whole(1, 60).default(30).describe("Seconds to wait; then `settled` is false: ask again.") }),
		timeLimit: 70_000,
		status: 200,
		answer: z.object({ settled: z.boolean() }),
	},
	streamLogs: {
		method: "GET",
		path: "/api/v1/applications/:name/logs",
		tag: "applications",
		summary: "What the Application's Objects print: one JSON value a line, an empty line as heartbeat.",
		params: named,
		query: z.object({
			object: z.string().min(1).max(1024).optional().describe("Key of one Object; all that have logs where absent."),
			tail: whole(0, 10_000).default(100).describe("Lines of the past."),
			follow: flag.default(false).describe("Whether further lines follow until the client leaves."),
		}),
		stream: "ndjson",
		status: 200,
		answer: logLineSchema,
	},
	listEvents: {
		method: "GET",
		path: "/api/v1/events",
		tag: "events",
		summary: "The event and audit log, ascending; with `newest` its last entries.",
		query: page.extend({
			newest: flag.default(false).describe("The last ones instead of the first; takes no cursor."),
			application: nameSchema.optional(),
			environment: nameSchema.optional(),
		}),
		status: 200,
		answer: pageOf(eventSchema),
	},
	streamEvents: {
		method: "GET",
		path: "/api/v1/events/stream",
		tag: "events",
		summary: "Events as they happen. `Last-Event-ID` or `after` resumes behind that id; without, only new ones come.",
		query: z.object({
			after: whole(0, Number.MAX_SAFE_INTEGER).optional().describe("Id behind which to begin; `Last-Event-ID` goes before it."),
			application: nameSchema.optional(),
			environment: nameSchema.optional(),
		}),
		stream: "sse",
		status: 200,
		answer: eventSchema,
	},
	getSession: {
		method: "GET",
		path: "/api/v1/session",
		tag: "session",
		summary: "Who is logged in.",
		status: 200,
		answer: sessionSchema,
	},
	createSession: {
		method: "POST",
		path: "/api/v1/session",
		tag: "session",
		summary: "Exchanges the token for an HttpOnly cookie.",
		body: z.strictObject({ token: z.string().min(1).max(512) }),
		bodyLimit: 4096,
		open: true,
		status: 200,
		answer: sessionSchema,
	},
	deleteSession: {
		method: "DELETE",
		path: "/api/v1/session",
		tag: "session",
		summary: "Ends the session of the cookie.",
		open: true,
		status: 204,
		answer: z.undefined(),
	},
} as const satisfies Readonly<Record<string, Route>>;

/** Every route by its operation id. */
export type Contract = typeof contract;
export type RouteName = keyof Contract;
