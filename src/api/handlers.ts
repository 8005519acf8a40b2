import type { z } from "zod";
import { AppError } from "../core/app-error.ts";
import type { Actor } from "../core/views/common.ts";
import type { Operations } from "../engine/operations.ts";
import type { Contract, RouteName } from "./contract.ts";
import { invalidCursor, mutablePage, pageOfList } from "./paging.ts";
import { toWorkingTree } from "./working-tree.ts";

type Parsed<R, K extends string> = R extends Readonly<Record<K, infer S extends z.ZodType>> ? z.output<S> : undefined;

/** What a handler gets: all checked by the contract. */
export interface HandlerInput<R> {
	readonly params: Parsed<R, "params">;
	readonly query: Parsed<R, "query">;
	readonly body: Parsed<R, "body">;
	readonly by: Actor;
	readonly signal: AbortSignal;
}

/** Routes that answer JSON from Operations alone. */
export type JsonRouteName = { [K in RouteName]: Contract[K] extends { stream: string } | { tag: "session" } ? never : K }[RouteName];

/** One function for every route that answers JSON. */
export type Handlers = { readonly [K in JsonRouteName]: (input: HandlerInput<Contract[K]>) => Promise<z.input<Contract[K]["answer"]>> };

/** The routes' functions: each only translates between HTTP and Operations. */
export function handlersOf(operations: Operations): Handlers {
	return {
		getControl: async () => operations.control(),
		listEnvironments: async ({ query }) => pageOfList(operations.environments(), nameOf, query),
		listRepositories: async ({ query }) => pageOfList(operations.repositories(), nameOf, query),
		refreshRepository: async ({ params }) => {
			refresh(operations, params.name);
			return { repository: params.name };
		},
		listApplications: async ({ query }) => {
			const matches = operations
				.applications()
				.filter(
					(each) =>
						(query.environment ?? each.environment) === each.environment &&
						(query.repository ?? each.repository) === each.repository &&
						(query.project ?? each.project) === each.project,
				);
			return pageOfList(matches, nameOf, query);
		},
		getApplication: ({ params, signal }) => operations.application(params.name, { signal }),
		listObjects: async ({ params, query, signal }) =>
			pageOfList(await operations.objects(params.name, { signal }), (each) => each.key, query),
		listChildren: async ({ params, query, signal }) =>
			pageOfList(await operations.children(params.name, { signal }), (each) => each.key, query),
		listNotes: async ({ params, signal }) => ({ items: [...(await operations.notes(params.name, { signal }))] }),
		getPlan: ({ params, signal }) => operations.plan(params.name, { signal }),
		planWorkingTree: ({ params, body, signal }) => operations.plan(params.name, { signal, workingTree: toWorkingTree(body) }),
		findAffected: async ({ body, signal }) => ({ applications: [...(await operations.affected(toWorkingTree(body), { signal }))] }),
		getHistory: async ({ params, query }) =>
			mutablePage(
				await operations.history(params.name, { limit: query.limit, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) }),
			),
		syncApplication: async ({ params, body, by }) => {
			await operations.sync(params.name, { by, ...(body.confirm === undefined ? {} : { confirm: body.confirm }) });
			return { application: params.name };
		},
		rollbackApplication: async ({ params, body, by }) => {
			await operations.rollback(params.name, { by, to: body.to });
			return { application: params.name };
		},
		suspendApplication: async ({ params, by }) => {
			await operations.suspend(params.name, { by });
			return { application: params.name };
		},
		resumeApplication: async ({ params, by }) => {
			await operations.resume(params.name, { by });
			return { application: params.name };
		},
		waitSettled: ({ params, query, signal }) => settledWithin(operations, params.name, query.limit * 1000, signal),
		listEvents: async ({ query }) => {
			const { limit, cursor, newest, application, environment } = query;
			const filter = {
				limit,
				...(application === undefined ? {} : { application }),
				...(environment === undefined ? {} : { environment }),
			};
			if (newest) return { items: [...(await operations.events({ ...filter, newest: true }))] };
			if (cursor !== undefined && !/^[0-9]{1,15}$/u.test(cursor)) throw invalidCursor();
			const items = [...(await operations.events({ ...filter, after: Number(cursor ?? 0) }))];
			const last = items.at(-1);
			return items.length < limit || last === undefined ? { items } : { items, next: String(last.id) };
		},
	};
}

/** Hints a fetch; `notFound` for a Repository that is not known. */
export function refresh(operations: Operations, name: string): void {
	if (!operations.repositories().some((each) => each.name === name)) {
		throw new AppError(`There is no Repository ${JSON.stringify(name)}`, {
			code: "RepositoryNotFound",
			kind: "notFound",
			hint: "`gitward get repositories` lists them.",
		});
	}
	operations.refresh(name);
}

async function settledWithin(operations: Operations, name: string, ms: number, signal: AbortSignal): Promise<{ settled: boolean }> {
	const limit = AbortSignal.timeout(ms);
	const late = new Promise<"late">((resolve) => limit.addEventListener("abort", () => resolve("late"), { once: true }));
	const settled = operations.settled(name, { signal: AbortSignal.any([signal, limit]) }).then(
		() => true,
		(error: unknown) => {
			if (limit.aborted && !signal.aborted) return false;
			throw error;
		},
	);
	return { settled: (await Promise.race([settled, late])) === true };
}

function nameOf(item: { readonly name: string }): string {
	return item.name;
}
