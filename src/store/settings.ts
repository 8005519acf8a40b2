import type { Kysely } from "kysely";
import type { Json } from "../core/object.ts";
import type { Schema } from "./schema.ts";
import type { Writing } from "./writing.ts";

/** Sets a value; null removes it. */
export async function writeValue({ transaction }: Writing, key: string, value: Json): Promise<void> {
	await transaction.deleteFrom("settings").where("key", "=", key).execute();
	if (value === null) return;
	await transaction
		.insertInto("settings")
		.values({ key, value: JSON.stringify(value) })
		.execute();
}

/** One value, or undefined. */
export async function readValue(db: Kysely<Schema>, key: string): Promise<Json | undefined> {
	const row = await db.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
	return row === undefined ? undefined : (JSON.parse(row.value) as Json);
}

/** Values whose key starts with `prefix`. */
export async function readValues(db: Kysely<Schema>, prefix: string): Promise<ReadonlyMap<string, Json>> {
	const rows = await db.selectFrom("settings").selectAll().where("key", ">=", prefix).where("key", "<", `${prefix}\u{10FFFF}`).execute();
	return new Map(rows.map((row) => [row.key, JSON.parse(row.value) as Json]));
}
