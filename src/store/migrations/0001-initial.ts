import type { Kysely } from "kysely";

/** The first schema. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("applications")
		.addColumn("name", "text", (column) => column.primaryKey().notNull())
		.addColumn("state", "text", (column) => column.notNull())
		.execute();
	await db.schema
		.createTable("inventory")
		.addColumn("environment", "text", (column) => column.notNull())
		.addColumn("key", "text", (column) => column.notNull())
		.addColumn("application", "text", (column) => column.notNull())
		.addColumn("created", "integer", (column) => column.notNull())
		.addColumn("desired_hash", "text", (column) => column.notNull())
		.addColumn("record", "text", (column) => column.notNull())
		.addPrimaryKeyConstraint("inventory_primary_key", ["environment", "key"])
		.execute();
	await db.schema.createIndex("inventory_by_application").on("inventory").columns(["application", "environment", "key"]).execute();
	await db.schema
		.createTable("rendered")
		.addColumn("hash", "text", (column) => column.primaryKey().notNull())
		.addColumn("objects", "blob", (column) => column.notNull())
		.execute();
	await db.schema
		.createTable("history")
		.addColumn("sequence", "integer", (column) => column.primaryKey().autoIncrement())
		.addColumn("application", "text", (column) => column.notNull())
		.addColumn("id", "text", (column) => column.notNull())
		.addColumn("desired_hash", "text", (column) => column.notNull())
		.addColumn("entry", "text", (column) => column.notNull())
		.addUniqueConstraint("history_by_id", ["application", "id"])
		.execute();
	await db.schema
		.createTable("events")
		.addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
		.addColumn("application", "text")
		.addColumn("environment", "text")
		.addColumn("event", "text", (column) => column.notNull())
		.execute();
	await db.schema.createIndex("events_by_application").on("events").columns(["application", "id"]).execute();
	await db.schema
		.createTable("settings")
		.addColumn("key", "text", (column) => column.primaryKey().notNull())
		.addColumn("value", "text", (column) => column.notNull())
		.execute();
}
