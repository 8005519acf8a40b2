import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kysely, Migration } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { migrate } from "./migrate.ts";
import { openSqlite } from "./sqlite.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-migrate-"));
});
afterEach(async () => {
	await rm(folder, { recursive: true, force: true });
});

/** A step that makes a table, and may then fail. */
function step(table: string, failure?: string): Migration {
	return {
		async up(db: Kysely<unknown>) {
			await db.schema.createTable(table).addColumn("id", "integer").execute();
			if (failure !== undefined) throw new Error(failure);
		},
	};
}

it("leaves nothing of an upgrade that was cut off, so that the next start does it whole", async () => {
	const file = join(folder, "store.sqlite");
	const { db, raw } = openSqlite(file);
	const tables = (): unknown[] => raw.prepare("SELECT name FROM sqlite_master WHERE name IN ('one', 'two')").all();
	await expect(migrate(db, file, { "0001-one": step("one"), "0002-two": step("two", "cut off: a column is missing") })).rejects.toThrow(
		"cut off",
	);
	expect(tables()).toEqual([]);
	await migrate(db, file, { "0001-one": step("one"), "0002-two": step("two") });
	expect(tables().length).toBe(2);
	await db.destroy();
});
