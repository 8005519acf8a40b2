import { type Kysely, type Migration, Migrator } from "kysely";
import { AppError } from "../core/app-error.ts";
import * as initial from "./migrations/0001-initial.ts";
import * as keep from "./migrations/0002-keep.ts";
import * as confirm from "./migrations/0003-confirm.ts";
import type { Schema } from "./schema.ts";

const migrations: Readonly<Record<string, Migration>> = { "0001-initial": initial, "0002-keep": keep, "0003-confirm": confirm };

/** Brings the schema up to date, all steps in one transaction. `conflict` (StoreTooNew) for a store that a newer Gitward wrote. */
export async function migrate(db: Kysely<Schema>, file: string, steps = migrations): Promise<void> {
	const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...steps }) } });
	const { error } = await migrator.migrateToLatest();
	if (error === undefined) return;
	if (error instanceof Error && /^corrupted migrations/iu.test(error.message)) {
		throw new AppError(`${file} was written by a newer Gitward`, {
			code: "StoreTooNew",
			kind: "conflict",
			hint: "Start that version, or restore a backup from before the upgrade.",
			cause: error,
		});
	}
	throw error instanceof Error ? error : new Error(`the schema of ${file} cannot be brought up to date`, { cause: error });
}
