import { CompiledQuery, type Kysely } from "kysely";
import type { GitwardEvent } from "../core/views/event.ts";
import type { Write } from "../ports/store.ts";
import { removeApplication, writeApplication } from "./applications.ts";
import { tidyEvents, writeEvent } from "./events.ts";
import type { Pending } from "./group-commit.ts";
import { writeHistory } from "./history.ts";
import { disown, own } from "./inventory.ts";
import { tidyRendered, writeRendered } from "./rendered.ts";
import type { Schema } from "./schema.ts";
import type { Seal } from "./seal.ts";
import { writeValue } from "./settings.ts";
import { isTroubleForAll, storeError } from "./store-error.ts";
import { createStatements, type Writing } from "./writing.ts";

/** How many rendered sets and events are written between two tidyings. */
const tidyEvery = 1000;

type Waiting = Pending<readonly Write[], readonly GitwardEvent[]>;

/** Makes what commits a batch of writes in one transaction and tells each its outcome once that is durable. */
export function createCommit(db: Kysely<Schema>, file: string, maxEvents: number, seal: Seal): (batch: Iterable<Waiting>) => Promise<void> {
	const statements = createStatements();
	let untidy = tidyEvery;

	return async (batch) => {
		const outcomes: (() => void)[] = [];
		try {
			await db.transaction().execute(async (transaction) => {
				const writing = statements(transaction);
				for (const pending of batch) {
					outcomes.push(await writeAll(writing, pending, seal));
					untidy += pending.item.filter(({ type }) => type === "event" || type === "rendered").length;
				}
				if (untidy < tidyEvery) return;
				await tidyRendered(writing);
				await tidyEvents(writing, maxEvents);
				untidy = 0;
			});
		} catch (error) {
			throw storeError(error, file);
		}
		for (const tell of outcomes) tell();
	};
}

/** One `write`, undone alone by a savepoint where it cannot be done; what ails the database undoes the batch. Returns how to tell its outcome. */
async function writeAll(writing: Writing, { item, resolve, reject }: Waiting, seal: Seal): Promise<() => void> {
	const savepoint = (command: string): Promise<unknown> => writing.transaction.executeQuery(CompiledQuery.raw(`${command} one_write`));
	await savepoint("savepoint");
	try {
		const events: GitwardEvent[] = [];
		for (const write of item) {
			const event = await writeOne(writing, write, seal);
			if (event !== undefined) events.push(event);
		}
		await savepoint("release");
		return () => resolve(events);
	} catch (error) {
		if (isTroubleForAll(error)) throw error;
		await savepoint("rollback to");
		await savepoint("release");
		return () => reject(error);
	}
}

async function writeOne(writing: Writing, write: Write, seal: Seal): Promise<GitwardEvent | undefined> {
	switch (write.type) {
		case "application":
			await writeApplication(writing, write.name, write.state);
			return undefined;
		case "remove-application":
			await removeApplication(writing, write.name);
			return undefined;
		case "own":
			await own(writing, write);
			return undefined;
		case "disown":
			await disown(writing, write.application, write.keys);
			return undefined;
		case "rendered":
			await writeRendered(writing, write.hash, write.objects, seal);
			return undefined;
		case "history":
			await writeHistory(writing, write.entry, write.keep);
			return undefined;
		case "event":
			return writeEvent(writing, write.event);
		case "value":
			await writeValue(writing, write.key, write.value);
			return undefined;
	}
}
