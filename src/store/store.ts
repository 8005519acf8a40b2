import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateRawSync, inflateRaw } from "node:zlib";
import { type Compilable, CompiledQuery, type Kysely, type QueryResult, type Transaction } from "kysely";
import { AppError } from "../core/app-error.ts";
import { type DesiredObject, type Json, parseKey } from "../core/object.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import type { OwnedObject } from "../ports/driver.ts";
import type { HistoryRecord, Store, Write } from "../ports/store.ts";
import { createGroupCommit, type Pending } from "./group-commit.ts";
import { takeLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { folderError, isTroubleForAll, storeError } from "./store-error.ts";

const inflate = promisify(inflateRaw);
/** Rows of one insert: a database limits the parameters of a statement. */
const rowsPerInsert = 100;
/** Events that are kept. */
const maxEvents = 100_000;
/** How many rendered sets or events are written between two tidyings. */
const tidyEvery = 1000;
/** Largest rendered set that is read back, in bytes of JSON. */
const maxRendered = 256 * 1024 * 1024;

export interface StoreOptions {
	/** State folder; made where it is missing. */
	readonly folder: string;
	/** Most bytes that the database may take; beyond them a write is refused as on a full disk. Default: what the disk has. */
	readonly maxBytes?: number;
}

/** Opens the SQLite store of a state folder and takes its lock. Errors: `conflict` (AlreadyRunning, StoreTooNew), `denied`, `invalid` (StoreInvalid), `unavailable` (StoreCorrupt, StoreFull). */
export async function openStore({ folder, maxBytes }: StoreOptions): Promise<Store> {
	await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
		throw folderError(error, folder);
	});
	const file = join(folder, "store.sqlite");
	const release = takeLock(folder);
	let db: Kysely<Schema> | undefined;
	try {
		({ db } = openSqlite(file, maxBytes));
		await migrate(db, file);
		return createStore(db, file, release);
	} catch (error) {
		await db?.destroy().catch(() => {});
		release();
		throw storeError(error, file);
	}
}

type Db = Kysely<Schema> | Transaction<Schema>;

function createStore(db: Kysely<Schema>, file: string, release: () => void): Store {
	let untidy = tidyEvery;

	const texts = new Map<string, string>();

	/** Runs a statement that is built once and then only given other parameters: building costs more than running it. */
	function run<Row>(
		transaction: Transaction<Schema>,
		name: string,
		parameters: readonly unknown[],
		build: () => Compilable,
	): Promise<QueryResult<Row>> {
		let text = texts.get(name);
		if (text === undefined) {
			text = build().compile().sql;
			texts.set(name, text);
		}
		return transaction.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
	}

	type Waiting = Pending<readonly Write[], readonly GitwardEvent[]>;

	async function commit(batch: Iterable<Waiting>): Promise<void> {
		const settle: (() => void)[] = [];
		try {
			await db.transaction().execute(async (transaction) => {
				for (const pending of batch) settle.push(await writeAll(transaction, pending));
				if (untidy >= tidyEvery) {
					await tidy(transaction);
					untidy = 0;
				}
			});
		} catch (error) {
			throw storeError(error, file);
		}
		for (const tell of settle) tell();
	}

	/** One `write`, undone alone by a savepoint where it cannot be done; what ails the database undoes the batch. Returns how to tell its outcome once the batch is durable. */
	async function writeAll(transaction: Transaction<Schema>, { item, resolve, reject }: Waiting): Promise<() => void> {
		await savepoint(transaction, "savepoint");
		try {
			const events: GitwardEvent[] = [];
			for (const write of item) {
				const event = await writeOne(transaction, write);
				if (event !== undefined) events.push(event);
			}
			await savepoint(transaction, "release");
			return () => resolve(events);
		} catch (error) {
			if (isTroubleForAll(error)) throw error;
			await savepoint(transaction, "rollback to");
			await savepoint(transaction, "release");
			return () => reject(error);
		}
	}

	async function savepoint(transaction: Transaction<Schema>, command: "savepoint" | "release" | "rollback to"): Promise<void> {
		await transaction.executeQuery(CompiledQuery.raw(`${command} one_write`));
	}

	async function writeOne(transaction: Transaction<Schema>, write: Write): Promise<GitwardEvent | undefined> {
		switch (write.type) {
			case "application": {
				const row = { name: write.name, state: JSON.stringify(write.state) };
				await run(transaction, "application", [row.name, row.state], () =>
					transaction
						.insertInto("applications")
						.values(row)
						.onConflict((conflict) => conflict.column("name").doUpdateSet((excluded) => ({ state: excluded.ref("excluded.state") }))),
				);
				return undefined;
			}
			case "remove-application":
				await transaction.deleteFrom("applications").where("name", "=", write.name).execute();
				await transaction.deleteFrom("inventory").where("application", "=", write.name).execute();
				return undefined;
			case "own":
				await own(transaction, write);
				return undefined;
			case "disown":
				for (let start = 0; start < write.keys.length; start += rowsPerInsert) {
					await transaction
						.deleteFrom("inventory")
						.where("application", "=", write.application)
						.where("key", "in", write.keys.slice(start, start + rowsPerInsert))
						.execute();
				}
				return undefined;
			case "rendered": {
				untidy += 1;
				const objects = deflateRawSync(JSON.stringify(write.objects), { level: 1 });
				await run(transaction, "rendered", [write.hash, objects], () =>
					transaction
						.insertInto("rendered")
						.values({ hash: write.hash, objects })
						.onConflict((conflict) => conflict.column("hash").doNothing()),
				);
				return undefined;
			}
			case "history":
				await writeHistory(transaction, write.entry, write.keep);
				return undefined;
			case "event":
				return writeEvent(transaction, write.event);
			case "value":
				await transaction.deleteFrom("settings").where("key", "=", write.key).execute();
				if (write.value !== null)
					await transaction
						.insertInto("settings")
						.values({ key: write.key, value: JSON.stringify(write.value) })
						.execute();
				return undefined;
		}
	}

	async function own(transaction: Transaction<Schema>, write: Extract<Write, { type: "own" }>): Promise<void> {
		for (let start = 0; start < write.objects.length; start += rowsPerInsert) {
			const rows = write.objects.slice(start, start + rowsPerInsert).map((object) => ({
				environment: write.environment,
				key: object.key,
				application: write.application,
				created: object.created ? 1 : 0,
				desired_hash: object.desiredHash,
				record: JSON.stringify(object.record),
				keep: object.keep === true ? 1 : 0,
			}));
			const parameters = rows.flatMap((row) => [
				row.environment,
				row.key,
				row.application,
				row.created,
				row.desired_hash,
				row.record,
				row.keep,
			]);
			const result = await run(transaction, `own ${rows.length}`, parameters, () =>
				transaction
					.insertInto("inventory")
					.values(rows)
					.onConflict((conflict) =>
						conflict
							.columns(["environment", "key"])
							.doUpdateSet((excluded) => ({
								created: excluded.ref("excluded.created"),
								desired_hash: excluded.ref("excluded.desired_hash"),
								record: excluded.ref("excluded.record"),
								keep: excluded.ref("excluded.keep"),
							}))
							.whereRef("inventory.application", "=", "excluded.application"),
					),
			);
			if (Number(result.numAffectedRows ?? 0) === rows.length) continue;
			const taken = await transaction
				.selectFrom("inventory")
				.select(["key", "application"])
				.where("environment", "=", write.environment)
				.where("application", "!=", write.application)
				.where(
					"key",
					"in",
					rows.map((row) => row.key),
				)
				.executeTakeFirst();
			throw new AppError(`${taken?.key ?? "an Object"} of ${write.environment} is owned by the Application ${taken?.application ?? "?"}`, {
				code: "OwnedByOther",
				kind: "conflict",
				hint: "Two Applications must not hold the same Object: rename it in one of them, or give it another namespace.",
			});
		}
	}

	async function writeHistory(transaction: Transaction<Schema>, entry: HistoryRecord, keep: number): Promise<void> {
		const row = { application: entry.application, id: entry.id, desired_hash: entry.desiredHash, entry: JSON.stringify(entry) };
		await run(transaction, "history", [row.application, row.id, row.desired_hash, row.entry], () =>
			transaction
				.insertInto("history")
				.values(row)
				.onConflict((conflict) =>
					conflict.columns(["application", "id"]).doUpdateSet((excluded) => ({
						desired_hash: excluded.ref("excluded.desired_hash"),
						entry: excluded.ref("excluded.entry"),
					})),
				),
		);
		const { rows } = await run<{ readonly sequence: number }>(transaction, "oldest", [entry.application, 1, keep], () =>
			transaction
				.selectFrom("history")
				.select("sequence")
				.where("application", "=", entry.application)
				.orderBy("sequence", "desc")
				.limit(1)
				.offset(keep),
		);
		const [oldest] = rows;
		if (oldest === undefined) return;
		await transaction.deleteFrom("history").where("application", "=", entry.application).where("sequence", "<=", oldest.sequence).execute();
	}

	async function writeEvent(transaction: Transaction<Schema>, event: Omit<GitwardEvent, "id">): Promise<GitwardEvent> {
		untidy += 1;
		const row = { application: event.application ?? null, environment: event.environment ?? null, event: JSON.stringify(event) };
		const { rows } = await run<{ readonly id: number }>(transaction, "event", [row.application, row.environment, row.event], () =>
			transaction.insertInto("events").values(row).returning("id"),
		);
		const id = rows[0]?.id;
		if (id === undefined) throw new Error("the database gave an event no number");
		return { ...event, id };
	}

	/** Lets go the rendered sets that nothing names any more, and the oldest events. */
	async function tidy(transaction: Transaction<Schema>): Promise<void> {
		const named = new Set<string>();
		for (const { state } of await transaction.selectFrom("applications").select("state").execute()) {
			for (const [hash] of state.matchAll(/\b[0-9a-f]{64}\b/gu)) named.add(hash);
		}
		for (const { desired_hash } of await transaction.selectFrom("history").select("desired_hash").distinct().execute())
			named.add(desired_hash);
		const unnamed = (await transaction.selectFrom("rendered").select("hash").execute()).filter(({ hash }) => !named.has(hash));
		for (let start = 0; start < unnamed.length; start += rowsPerInsert) {
			const hashes = unnamed.slice(start, start + rowsPerInsert).map(({ hash }) => hash);
			await transaction.deleteFrom("rendered").where("hash", "in", hashes).execute();
		}
		const newest = await transaction.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
		if (newest !== undefined)
			await transaction
				.deleteFrom("events")
				.where("id", "<=", newest.id - maxEvents)
				.execute();
	}

	const group = createGroupCommit(commit);
	let closing: Promise<void> | undefined;

	async function close(): Promise<void> {
		try {
			await group.idle();
			await db.destroy();
		} finally {
			release();
		}
	}

	async function reading<T>(read: (from: Db) => Promise<T>): Promise<T> {
		if (closing !== undefined) throw closedError(file);
		try {
			return await read(db);
		} catch (error) {
			throw storeError(error, file);
		}
	}

	return {
		async write(writes) {
			if (closing !== undefined) throw closedError(file);
			return group.add(writes);
		},
		applications: () =>
			reading(async (from) => {
				const rows = await from.selectFrom("applications").selectAll().execute();
				return new Map(rows.map((row) => [row.name, JSON.parse(row.state) as Json]));
			}),
		inventory: (application, environment) =>
			reading(async (from) => {
				let query = from.selectFrom("inventory").selectAll().where("application", "=", application);
				if (environment !== undefined) query = query.where("environment", "=", environment);
				const rows = await query.orderBy("key").execute();
				return rows.map(toOwned);
			}),
		rendered: (hash) =>
			reading(async (from) => {
				const row = await from.selectFrom("rendered").select("objects").where("hash", "=", hash).executeTakeFirst();
				if (row === undefined) return undefined;
				const text = (await inflate(row.objects, { maxOutputLength: maxRendered })).toString("utf8");
				return JSON.parse(text) as readonly DesiredObject[];
			}),
		history: (application, { limit, cursor }) =>
			reading(async (from) => {
				let query = from.selectFrom("history").select(["sequence", "entry"]).where("application", "=", application);
				if (cursor !== undefined) query = query.where("sequence", "<", sequenceOf(cursor));
				const rows = await query
					.orderBy("sequence", "desc")
					.limit(limit + 1)
					.execute();
				const items = rows.slice(0, limit);
				const last = items.at(-1);
				return {
					items: items.map((row) => JSON.parse(row.entry) as HistoryRecord),
					...(rows.length > limit && last !== undefined ? { next: String(last.sequence) } : {}),
				};
			}),
		historyEntry: (application, id) =>
			reading(async (from) => {
				const row = await from
					.selectFrom("history")
					.select("entry")
					.where("application", "=", application)
					.where("id", "=", id)
					.executeTakeFirst();
				return row === undefined ? undefined : (JSON.parse(row.entry) as HistoryRecord);
			}),
		events: ({ after, limit, newest, application, environment }) =>
			reading(async (from) => {
				let query = from.selectFrom("events").select(["id", "event"]);
				if (after !== undefined) query = query.where("id", ">", after);
				if (application !== undefined) query = query.where("application", "=", application);
				if (environment !== undefined) query = query.where("environment", "=", environment);
				const rows = await query
					.orderBy("id", newest === true ? "desc" : "asc")
					.limit(limit)
					.execute();
				if (newest === true) rows.reverse();
				return rows.map((row) => ({ ...(JSON.parse(row.event) as Omit<GitwardEvent, "id">), id: row.id }));
			}),
		value: (key) =>
			reading(async (from) => {
				const row = await from.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
				return row === undefined ? undefined : (JSON.parse(row.value) as Json);
			}),
		values: (prefix) =>
			reading(async (from) => {
				const rows = await from
					.selectFrom("settings")
					.selectAll()
					.where("key", ">=", prefix)
					.where("key", "<", `${prefix}\u{10FFFF}`)
					.execute();
				return new Map(rows.map((row) => [row.key, JSON.parse(row.value) as Json]));
			}),
		close() {
			closing ??= close();
			return closing;
		},
	};
}

function toOwned(row: Schema["inventory"]): OwnedObject {
	return {
		key: row.key,
		ref: parseKey(row.key),
		created: row.created === 1,
		desiredHash: row.desired_hash,
		record: JSON.parse(row.record) as Json,
		...(row.keep === 1 ? { keep: true } : {}),
	};
}

function sequenceOf(cursor: string): number {
	const sequence = Number(cursor);
	if (cursor.trim() !== "" && Number.isSafeInteger(sequence)) return sequence;
	throw new AppError("the cursor is not one that this server gave", {
		code: "InvalidCursor",
		kind: "invalid",
		hint: "Take `next` of the page before, or none for the first page.",
	});
}

function closedError(file: string): AppError {
	return new AppError(`${file} is closed: Gitward is stopping`, { code: "StoreClosed", kind: "unavailable" });
}
