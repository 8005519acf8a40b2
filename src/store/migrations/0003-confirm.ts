import type { Kysely } from "kysely";

/** Whether an Object of the Inventory is deleted only when a person confirms it: known for each, whatever became of the Sync that said so. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.alterTable("inventory")
		.addColumn("confirm", "integer", (column) => column.notNull().defaultTo(0))
		.execute();
}
