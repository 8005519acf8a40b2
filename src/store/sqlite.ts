import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import type { Schema } from "./schema.ts";

const maxStatements = 500;

/** A SQLite file behind Kysely, by Node's own driver; statements are prepared once. Durable commits: WAL with synchronous=FULL. */
export function openSqlite(file: string): { readonly db: Kysely<Schema>; readonly raw: DatabaseSync } {
	const raw = new DatabaseSync(file);
	raw.exec(
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8000",
	);
	const prepared = new Map<string, StatementSync>();
	const prepare = (sql: string): StatementSync => {
		const known = prepared.get(sql);
		if (known !== undefined) return known;
		if (prepared.size >= maxStatements) prepared.clear();
		const statement = raw.prepare(sql);
		prepared.set(sql, statement);
		return statement;
	};
	const dialect = new SqliteDialect({
		database: {
			close: () => raw.close(),
			prepare(sql: string) {
				const statement = prepare(sql);
				return {
					reader: statement.columns().length > 0,
					all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
					run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
					iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
				};
			},
		},
	});
	return { db: new Kysely<Schema>({ dialect }), raw };
}
