import type { QueryClient } from "@tanstack/react-query";
import { AppError } from "../../../src/core/app-error.ts";
import type { ApplicationSummary } from "../../../src/core/views/application.ts";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { client } from "../api/client.ts";
import {
	applicationQuery,
	applicationsQuery,
	controlQuery,
	environmentsQuery,
	historyQuery,
	planQuery,
	repositoriesQuery,
} from "../api/queries.ts";
import { concernsOf } from "./concerns.ts";
import { replaceApplication } from "./replace-application.ts";

/** Asks for one Application and puts it into the listing, which is not asked for. */
async function refreshApplication(queries: QueryClient, name: string): Promise<void> {
	const put = (summary: ApplicationSummary | undefined): void => {
		queries.setQueryData(applicationsQuery.queryKey, (list) => (list === undefined ? list : replaceApplication(list, name, summary)));
	};
	try {
		const detail = await client.call("getApplication", { params: { name } });
		const { inventory: _inventory, warnings: _warnings, ...summary } = detail;
		queries.setQueryData(applicationQuery(name).queryKey, detail);
		put(summary);
	} catch (error) {
		if (!(error instanceof AppError) || error.kind !== "notFound") throw error;
		put(undefined);
	}
}

/** Brings what the events concern up to date, and nothing else. */
export async function refresh(queries: QueryClient, events: readonly GitwardEvent[]): Promise<void> {
	const { applications, everyApplication, changed, environments, repositories, control } = concernsOf(events);
	const stale: (readonly unknown[])[] = [];
	if (everyApplication) stale.push(applicationsQuery.queryKey, ["application"]);
	if (environments) stale.push(environmentsQuery.queryKey);
	if (repositories) stale.push(repositoriesQuery.queryKey);
	if (control) stale.push(controlQuery.queryKey);
	for (const name of changed) stale.push(planQuery(name).queryKey, historyQuery(name).queryKey);
	await Promise.allSettled([
		...[...applications].map((name) => refreshApplication(queries, name)),
		...stale.map((queryKey) => queries.invalidateQueries({ queryKey })),
	]);
}
