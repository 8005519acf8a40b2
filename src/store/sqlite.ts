import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { nodeDialect } from "./dialect.ts";
import type { Schema } from "./schema.ts";

/** Bytes of one page of a new file. */
const pageSize = 4096;

/** A SQLite file behind Kysely. Durable commits: WAL with synchronous=FULL. Beyond `maxBytes` a write fails as on a full disk. */
export function openSqlite(file: string, maxBytes?: number): { readonly db: Kysely<Schema>; readonly raw: DatabaseSync } {
	const raw = new DatabaseSync(file);
	try {
		raw.exec(
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8000",
		);
		if (maxBytes !== undefined) raw.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
	} catch (error) {
		raw.close();
		throw error;
	}
	return { db: new Kysely<Schema>({ dialect: nodeDialect(raw) }), raw };
}
