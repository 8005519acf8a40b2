import type { Kysely } from "kysely";
import { AppError } from "../core/app-error.ts";
import { type Json, type ObjectKey, parseKey } from "../core/object.ts";
import type { OwnedObject } from "../ports/driver.ts";
import type { Owner, Write } from "../ports/store.ts";
import type { Schema } from "./schema.ts";
import { inParts, type Writing } from "./writing.ts";

type Row = Schema["inventory"];

/** Inserts or replaces entries; `conflict` (OwnedByOther) where another Application of the Environment owns one. */
export async function own(writing: Writing, { application, environment, objects }: Extract<Write, { type: "own" }>): Promise<void> {
	for (const part of inParts(objects)) {
		const rows = part.map((object): Row => toRow(application, environment, object));
		const stored = await store(writing, rows);
		if (stored < rows.length) throw await ownedByOther(writing, rows, application, environment);
	}
}

/** Stores rows that are new or the Application's own; tells how many. */
async function store({ transaction, run }: Writing, rows: readonly Row[]): Promise<number> {
	const parameters = rows.flatMap((row) => [
		row.environment,
		row.key,
		row.application,
		row.created,
		row.desired_hash,
		row.record,
		row.keep,
		row.confirm,
	]);
	const { numAffectedRows } = await run(`own ${rows.length}`, parameters, () =>
		transaction
			.insertInto("inventory")
			.values([...rows])
			.onConflict((conflict) =>
				conflict
					.columns(["environment", "key"])
					.doUpdateSet((excluded) => ({
						created: excluded.ref("excluded.created"),
						desired_hash: excluded.ref("excluded.desired_hash"),
						record: excluded.ref("excluded.record"),
						keep: excluded.ref("excluded.keep"),
						confirm: excluded.ref("excluded.confirm"),
					}))
					.whereRef("inventory.application", "=", "excluded.application"),
			),
	);
	return Number(numAffectedRows ?? 0);
}

async function ownedByOther({ transaction }: Writing, rows: readonly Row[], application: string, environment: string): Promise<AppError> {
	const taken = await transaction
		.selectFrom("inventory")
		.select(["key", "application"])
		.where("environment", "=", environment)
		.where("application", "!=", application)
		.where(
			"key",
			"in",
			rows.map((row) => row.key),
		)
		.executeTakeFirst();
	return new AppError(`${taken?.key ?? "an Object"} of ${environment} is owned by the Application ${taken?.application ?? "?"}`, {
		code: "OwnedByOther",
		kind: "conflict",
		hint: "Two Applications must not hold the same Object: rename it in one of them, or give it another namespace.",
	});
}

/** Lets entries of an Application go. */
export async function disown({ transaction }: Writing, application: string, keys: readonly ObjectKey[]): Promise<void> {
	for (const part of inParts(keys)) {
		await transaction.deleteFrom("inventory").where("application", "=", application).where("key", "in", part).execute();
	}
}

/** What an Application owns, in one Environment where that is given. */
export async function readInventory(db: Kysely<Schema>, application: string, environment?: string): Promise<readonly OwnedObject[]> {
	let query = db.selectFrom("inventory").selectAll().where("application", "=", application);
	if (environment !== undefined) query = query.where("environment", "=", environment);
	return (await query.orderBy("key").execute()).map(toOwned);
}

/** Who owns these keys of an Environment. */
export async function readOwners(
	db: Kysely<Schema>,
	environment: string,
	keys: readonly ObjectKey[],
): Promise<ReadonlyMap<ObjectKey, Owner>> {
	const owners = new Map<ObjectKey, Owner>();
	for (const part of inParts(keys)) {
		const rows = await db.selectFrom("inventory").selectAll().where("environment", "=", environment).where("key", "in", part).execute();
		for (const row of rows) owners.set(row.key, { application: row.application, object: toOwned(row) });
	}
	return owners;
}

function toRow(application: string, environment: string, object: OwnedObject): Row {
	return {
		environment,
		key: object.key,
		application,
		created: object.created ? 1 : 0,
		desired_hash: object.desiredHash,
		record: JSON.stringify(object.record),
		keep: object.keep === true ? 1 : 0,
		confirm: object.confirm === true ? 1 : 0,
	};
}

function toOwned(row: Row): OwnedObject {
	return {
		key: row.key,
		ref: parseKey(row.key),
		created: row.created === 1,
		desiredHash: row.desired_hash,
		record: JSON.parse(row.record) as Json,
		...(row.keep === 1 ? { keep: true } : {}),
		...(row.confirm === 1 ? { confirm: true } : {}),
	};
}
