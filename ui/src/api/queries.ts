import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { AppError } from "../../../src/core/app-error.ts";
import type { ApplicationSummary } from "../../../src/core/views/application.ts";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { client } from "./client.ts";

/** Asked for anew so often although no event said so: what no event tells is never older. */
const slowly = 30_000;

export const sessionQuery = queryOptions({
	queryKey: ["session"],
	queryFn: ({ signal }) => client.call("getSession", {}, { signal }),
	staleTime: Number.POSITIVE_INFINITY,
});

export const controlQuery = queryOptions({
	queryKey: ["control"],
	queryFn: ({ signal }) => client.call("getControl", {}, { signal }),
	refetchInterval: slowly,
});

export const environmentsQuery = queryOptions({
	queryKey: ["environments"],
	queryFn: ({ signal }) => client.all("listEnvironments", {}, { signal }),
	refetchInterval: slowly,
});

export const repositoriesQuery = queryOptions({
	queryKey: ["repositories"],
	queryFn: ({ signal }) => client.all("listRepositories", {}, { signal }),
});

export const applicationsQuery = queryOptions({
	queryKey: ["applications"],
	queryFn: ({ signal }): Promise<readonly ApplicationSummary[]> => client.all("listApplications", {}, { signal }),
	refetchInterval: slowly,
});

export const applicationQuery = (name: string) =>
	queryOptions({
		queryKey: ["application", name],
		queryFn: ({ signal }) => client.call("getApplication", { params: { name } }, { signal }),
	});

/** What the target holds beneath the Objects: no event tells of it. */
export const childrenQuery = (name: string) =>
	queryOptions({
		queryKey: ["children", name],
		queryFn: ({ signal }) => client.all("listChildren", { params: { name } }, { signal }),
		refetchInterval: 5_000,
	});

export const planQuery = (name: string) =>
	queryOptions({
		queryKey: ["plan", name],
		queryFn: ({ signal }) => client.call("getPlan", { params: { name } }, { signal }),
		staleTime: 5_000,
	});

export const historyQuery = (name: string) =>
	infiniteQueryOptions({
		queryKey: ["history", name],
		queryFn: ({ pageParam, signal }) =>
			client.call(
				"getHistory",
				{ params: { name }, query: { limit: 25, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
				{ signal },
			),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next,
	});

/** Events of everything, as the stream brings them. */
export const eventsKey = ["events"] as const;

export const applicationEventsQuery = (name: string) =>
	queryOptions({
		queryKey: ["events", name],
		queryFn: async ({ signal }): Promise<readonly GitwardEvent[]> =>
			(await client.call("listEvents", { query: { newest: true, limit: 200, application: name } }, { signal })).items,
		staleTime: Number.POSITIVE_INFINITY,
	});

function mayPass(error: unknown): boolean {
	return error instanceof AppError && (error.kind === "unavailable" || error.kind === "timeout");
}

/** Keeps what was asked for; a session that ended is noticed at any answer. */
export function createQueries(): QueryClient {
	const queries = new QueryClient({
		defaultOptions: { queries: { staleTime: 20_000, retry: (count, error) => count < 2 && mayPass(error) } },
	});
	queries.getQueryCache().subscribe(({ type, query }) => {
		const { error } = query.state;
		if (type !== "updated" || !isLoggedOut(error) || query.queryKey[0] === "session") return;
		void queries.resetQueries({ queryKey: sessionQuery.queryKey });
	});
	return queries;
}

/** Whether an error says that nobody is logged in. */
export function isLoggedOut(error: unknown): boolean {
	return error instanceof AppError && error.kind === "denied";
}
