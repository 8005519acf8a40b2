import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { type DatabaseConnection, type Dialect, SqliteAdapter, type SqliteDatabase, SqliteDialect, SqliteDriver } from "kysely";

/** Statements that are kept prepared. */
const maxStatements = 500;

/** SQLite can undo a change of schema with its transaction; Kysely's own adapter says that it cannot, and a migration cut off half way would stay. */
class TransactionalAdapter extends SqliteAdapter {
	override get supportsTransactionalDdl(): boolean {
		return true;
	}
}

/** SQLite ends a transaction by itself on a full disk: rolling back once more would hide that error behind another. */
class ForgivingDriver extends SqliteDriver {
	readonly #raw: DatabaseSync;

	constructor(raw: DatabaseSync, database: SqliteDatabase) {
		super({ database });
		this.#raw = raw;
	}

	override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
		if (this.#raw.isTransaction) await super.rollbackTransaction(connection);
	}
}

/** Kysely's SQLite over Node's own driver; statements are prepared once. */
export function nodeDialect(raw: DatabaseSync): Dialect {
	const database = preparing(raw);
	const sqlite = new SqliteDialect({ database });
	return {
		createAdapter: () => new TransactionalAdapter(),
		createDriver: () => new ForgivingDriver(raw, database),
		createIntrospector: (db) => sqlite.createIntrospector(db),
		createQueryCompiler: () => sqlite.createQueryCompiler(),
	};
}

function preparing(raw: DatabaseSync): SqliteDatabase {
	const prepared = new Map<string, StatementSync>();
	const prepare = (sql: string): StatementSync => {
		const known = prepared.get(sql);
		if (known !== undefined) return known;
		if (prepared.size >= maxStatements) prepared.clear();
		const statement = raw.prepare(sql);
		prepared.set(sql, statement);
		return statement;
	};
	return {
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
	};
}
