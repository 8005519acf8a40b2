import type { Kysely } from "kysely";
import type { Json } from "../core/object.ts";
import type { Schema } from "./schema.ts";
import type { Writing } from "./writing.ts";

/** Inserts or replaces the state of an Application. */
export async function writeApplication({ transaction, run }: Writing, name: string, value: Json): Promise<void> {
	const row = { name, state: JSON.stringify(value) };
	await run("application", [row.name, row.state], () =>
		transaction
			.insertInto("applications")
			.values(row)
			.onConflict((conflict) => conflict.column("name").doUpdateSet((excluded) => ({ state: excluded.ref("excluded.state") }))),
	);
}

/** Removes an Application with its Inventory. */
export async function removeApplication({ transaction }: Writing, name: string): Promise<void> {
	await transaction.deleteFrom("applications").where("name", "=", name).execute();
	await transaction.deleteFrom("inventory").where("application", "=", name).execute();
}

/** States of all Applications by name. */
export async function readApplications(db: Kysely<Schema>): Promise<ReadonlyMap<string, Json>> {
	const rows = await db.selectFrom("applications").selectAll().execute();
	return new Map(rows.map((row) => [row.name, JSON.parse(row.state) as Json]));
}
