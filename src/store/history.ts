import type { Kysely } from "kysely";
import { AppError } from "../core/app-error.ts";
import type { Page } from "../core/views/common.ts";
import type { HistoryRecord } from "../ports/store.ts";
import type { Schema } from "./schema.ts";
import type { Writing } from "./writing.ts";

/** Inserts or replaces an entry in its place; the oldest beyond `keep` of its Application go. */
export async function writeHistory({ transaction, run }: Writing, entry: HistoryRecord, keep: number): Promise<void> {
	const row = { application: entry.application, id: entry.id, desired_hash: entry.desiredHash, entry: JSON.stringify(entry) };
	await run("history", [row.application, row.id, row.desired_hash, row.entry], () =>
		transaction
			.insertInto("history")
			.values(row)
			.onConflict((conflict) =>
				conflict.columns(["application", "id"]).doUpdateSet((excluded) => ({
					desired_hash: excluded.ref("excluded.desired_hash"),
					entry: excluded.ref("excluded.entry"),
				})),
			),
	);
	const { rows } = await run<{ readonly sequence: number }>("history to trim", [entry.application, 1, keep], () =>
		transaction
			.selectFrom("history")
			.select("sequence")
			.where("application", "=", entry.application)
			.orderBy("sequence", "desc")
			.limit(1)
			.offset(keep),
	);
	const [oldest] = rows;
	if (oldest === undefined) return;
	await transaction.deleteFrom("history").where("application", "=", entry.application).where("sequence", "<=", oldest.sequence).execute();
}

/** A page of an Application's history, newest first. */
export async function readHistory(
	db: Kysely<Schema>,
	application: string,
	{ limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<Page<HistoryRecord>> {
	let query = db.selectFrom("history").select(["sequence", "entry"]).where("application", "=", application);
	if (cursor !== undefined) query = query.where("sequence", "<", sequenceOf(cursor));
	const rows = await query
		.orderBy("sequence", "desc")
		.limit(limit + 1)
		.execute();
	const page = rows.slice(0, limit);
	const last = page.at(-1);
	const items = page.map((row) => JSON.parse(row.entry) as HistoryRecord);
	return rows.length > limit && last !== undefined ? { items, next: String(last.sequence) } : { items };
}

/** One entry, or undefined. */
export async function readHistoryEntry(db: Kysely<Schema>, application: string, id: string): Promise<HistoryRecord | undefined> {
	const row = await db.selectFrom("history").select("entry").where("application", "=", application).where("id", "=", id).executeTakeFirst();
	return row === undefined ? undefined : (JSON.parse(row.entry) as HistoryRecord);
}

function sequenceOf(cursor: string): number {
	const sequence = Number(cursor);
	if (cursor.trim() !== "" && Number.isSafeInteger(sequence)) return sequence;
	throw new AppError("the cursor is not one that this server gave", {
		code: "InvalidCursor",
		kind: "invalid",
		hint: "Take `next` of the page before, or none for the first page.",
	});
}
