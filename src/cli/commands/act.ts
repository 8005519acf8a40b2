import type { Client } from "../../client/client.ts";
import { AppError } from "../../core/app-error.ts";
import type { HistoryEntry } from "../../core/views/application.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { ago, shortRevision } from "../text/words.ts";
import { waitUntilSettled } from "./wait.ts";

type WaitOptions = ServerOptions & { readonly wait?: boolean; readonly timeout: number };

/** Asks for Syncs, and with --wait stays until they are done. */
export async function sync(io: Io, names: readonly string[], options: WaitOptions & { readonly confirm?: string }): Promise<void> {
	if (options.confirm !== undefined && names.length > 1) {
		throw new AppError("--confirm is for one Application: each plan has its own hash", {
			code: "ConfirmForSeveral",
			kind: "invalid",
			hint: "Sync them one by one.",
		});
	}
	const { client } = await connect(io, options);
	for (const name of names) {
		await client.call("syncApplication", { params: { name }, body: options.confirm === undefined ? {} : { confirm: options.confirm } }, io);
		io.err(`${io.errPaint.green("✓")} asked for a Sync of ${name}\n`);
	}
	await waitOrTell(io, client, names, options);
}

/** Goes back to a history entry: the given one, or the last that succeeded with another Revision than what runs. */
export async function rollback(io: Io, name: string, to: string | undefined, options: WaitOptions): Promise<void> {
	const { client } = await connect(io, options);
	const entry = to === undefined ? await previous(io, client, name) : undefined;
	await client.call("rollbackApplication", { params: { name }, body: { to: entry?.id ?? to ?? "" } }, io);
	const what =
		entry === undefined
			? `to ${to}`
			: `to ${entry.id}, ${shortRevision(entry.revision)} of ${ago(entry.started)}${entry.commit === undefined ? "" : ` (${entry.commit.subject})`}`;
	io.err(
		`${io.errPaint.green("✓")} ${name} goes back ${what}\n  Its newer Revision is held until a further one changes ${name}; \`gitward resume ${name}\` lets it go.\n`,
	);
	await waitOrTell(io, client, [name], options);
}

/** Stops Syncs and repairs. */
export async function suspend(io: Io, names: readonly string[], options: ServerOptions): Promise<void> {
	const { client } = await connect(io, options);
	for (const name of names) {
		await client.call("suspendApplication", { params: { name } }, io);
		io.err(`${io.errPaint.green("✓")} ${name} is suspended: nothing is synced or repaired until \`gitward resume ${name}\`\n`);
	}
}

/** Ends suspensions and the holds of rollbacks. */
export async function resume(io: Io, names: readonly string[], options: ServerOptions): Promise<void> {
	const { client } = await connect(io, options);
	for (const name of names) {
		await client.call("resumeApplication", { params: { name } }, io);
		io.err(`${io.errPaint.green("✓")} ${name} goes on\n`);
	}
}

async function waitOrTell(io: Io, client: Client, names: readonly string[], options: WaitOptions): Promise<void> {
	if (options.wait !== true) return;
	const deadline = Date.now() + options.timeout;
	for (const name of names) await waitUntilSettled(io, client, name, deadline);
}

async function previous(io: Io, client: Client, name: string): Promise<HistoryEntry> {
	const { appliedRevision } = await client.call("getApplication", { params: { name } }, io);
	const { items } = await client.call("getHistory", { params: { name }, query: { limit: 100 } }, io);
	const found = items.find((each) => each.rollback && each.result === "Succeeded" && each.revision !== appliedRevision);
	if (found !== undefined) return found;
	throw new AppError(`${name} has no earlier Sync with another Revision to go back to`, {
		code: "NothingToRollBackTo",
		kind: "conflict",
		hint: `\`gitward history ${name}\` lists the entries; name one: \`gitward rollback ${name} ID\`.`,
	});
}
