import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { AppError } from "../core/app-error.ts";
import type { Store } from "../ports/store.ts";
import { readApplications } from "./applications.ts";
import { createCommit } from "./commit.ts";
import { readEvents } from "./events.ts";
import { createGroupCommit } from "./group-commit.ts";
import { readHistory, readHistoryEntry } from "./history.ts";
import { readInventory, readOwners } from "./inventory.ts";
import { takeLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { readRendered } from "./rendered.ts";
import type { Schema } from "./schema.ts";
import { createSeal, type Seal } from "./seal.ts";
import { readValue, readValues } from "./settings.ts";
import { openSqlite } from "./sqlite.ts";
import { folderError, storeError } from "./store-error.ts";

export interface StoreOptions {
	/** State folder; made where it is missing. */
	readonly folder: string;
	/** Most bytes that the database may take; beyond them a write is refused as on a full disk. Default: what the disk has. */
	readonly maxBytes?: number;
	/** Events that are kept; somewhat more may stand between two tidyings. Default 100,000. */
	readonly maxEvents?: number;
}

/** Opens the SQLite store of a state folder and takes its lock. Errors: `conflict` (AlreadyRunning, StoreTooNew), `denied`, `invalid` (StoreInvalid), `unavailable` (StoreCorrupt, StoreFull). */
export async function openStore({ folder, maxBytes, maxEvents = 100_000 }: StoreOptions): Promise<Store> {
	await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
		throw folderError(error, folder);
	});
	const file = join(folder, "store.sqlite");
	const release = takeLock(folder);
	let db: Kysely<Schema> | undefined;
	try {
		({ db } = openSqlite(file, maxBytes));
		await migrate(db, file);
		return createStore(db, file, maxEvents, createSeal(join(folder, "rendered.key")), release);
	} catch (error) {
		await db?.destroy().catch(() => {});
		release();
		throw storeError(error, file);
	}
}

function createStore(db: Kysely<Schema>, file: string, maxEvents: number, seal: Seal, release: () => void): Store {
	const group = createGroupCommit(createCommit(db, file, maxEvents, seal));
	let closing: Promise<void> | undefined;

	async function open<T>(use: () => Promise<T>): Promise<T> {
		if (closing !== undefined) throw new AppError(`${file} is closed: Gitward is stopping`, { code: "StoreClosed", kind: "unavailable" });
		try {
			return await use();
		} catch (error) {
			throw storeError(error, file);
		}
	}

	async function close(): Promise<void> {
		try {
			await group.idle();
			await db.destroy();
		} finally {
			release();
		}
	}

	return {
		write: (writes) => open(() => group.add(writes)),
		applications: () => open(() => readApplications(db)),
		inventory: (application, environment) => open(() => readInventory(db, application, environment)),
		owners: (environment, keys) => open(() => readOwners(db, environment, keys)),
		rendered: (hash) => open(() => readRendered(db, hash, seal)),
		history: (application, page) => open(() => readHistory(db, application, page)),
		historyEntry: (application, id) => open(() => readHistoryEntry(db, application, id)),
		events: (query) => open(() => readEvents(db, query)),
		value: (key) => open(() => readValue(db, key)),
		values: (prefix) => open(() => readValues(db, prefix)),
		close() {
			closing ??= close();
			return closing;
		},
	};
}
