import type { Kysely } from "kysely";
import type { GitwardEvent } from "../core/views/event.ts";
import type { Store } from "../ports/store.ts";
import type { Schema } from "./schema.ts";
import type { Writing } from "./writing.ts";

/** Adds an event and gives it its number, which no other ever gets. */
export async function writeEvent({ transaction, run }: Writing, event: Omit<GitwardEvent, "id">): Promise<GitwardEvent> {
	const row = { application: event.application ?? null, environment: event.environment ?? null, event: JSON.stringify(event) };
	const { rows } = await run<{ readonly id: number }>("event", [row.application, row.environment, row.event], () =>
		transaction.insertInto("events").values(row).returning("id"),
	);
	const id = rows[0]?.id;
	if (id === undefined) throw new Error("the database gave an event no number");
	return { ...event, id };
}

/** Events by number, oldest first; with `newest`, the last ones. */
export async function readEvents(
	db: Kysely<Schema>,
	{ after, limit, newest, application, environment }: Parameters<Store["events"]>[0],
): Promise<readonly GitwardEvent[]> {
	let query = db.selectFrom("events").select(["id", "event"]);
	if (after !== undefined) query = query.where("id", ">", after);
	if (application !== undefined) query = query.where("application", "=", application);
	if (environment !== undefined) query = query.where("environment", "=", environment);
	const rows = await query
		.orderBy("id", newest === true ? "desc" : "asc")
		.limit(limit)
		.execute();
	if (newest === true) rows.reverse();
	return rows.map((row) => ({ ...(JSON.parse(row.event) as Omit<GitwardEvent, "id">), id: row.id }));
}

/** Lets the oldest beyond `keep` go. */
export async function tidyEvents({ transaction }: Writing, keep: number): Promise<void> {
	const newest = await transaction.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
	if (newest === undefined) return;
	await transaction
		.deleteFrom("events")
		.where("id", "<=", newest.id - keep)
		.execute();
}
