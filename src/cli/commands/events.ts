import type { Client } from "../../client/client.ts";
import { AppError } from "../../core/app-error.ts";
import type { NoteView } from "../../core/views/application.ts";
import type { GitwardEvent } from "../../core/views/event.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { type Format, formatData, jsonText, printList } from "../output.ts";
import { clean } from "../text/paint.ts";
import type { Column } from "../text/table.ts";
import { oneLine } from "../text/words.ts";

interface EventsOptions extends ServerOptions {
	readonly output: Format;
	readonly limit: number;
	readonly follow?: boolean;
	readonly application?: string;
	readonly environment?: string;
	readonly target?: boolean;
}

const noteColumns: readonly Column<NoteView>[] = [
	{ title: "LAST", value: (note) => note.time },
	{ title: "TYPE", value: (note) => note.type },
	{ title: "REASON", value: (note) => note.reason },
	{ title: "OBJECT", value: (note) => note.key },
	{ title: "COUNT", value: (note) => String(note.count) },
	{ title: "MESSAGE", value: (note) => clean(note.message) },
];

async function targetEvents(io: Io, client: Client, options: EventsOptions): Promise<void> {
	if (options.application === undefined)
		throw new AppError("--target needs --application", {
			code: "OptionsConflict",
			kind: "invalid",
			hint: "Name the Application whose Objects you mean.",
		});
	const { items } = await client.call("listNotes", { params: { name: options.application } }, io);
	printList(io, items.slice(-options.limit), {
		format: options.output,
		columns: noteColumns,
		empty: "The target recorded nothing about it.",
	});
}

/** Prints the last events; with --follow also those that come, until Ctrl-C. */
export async function events(io: Io, options: EventsOptions): Promise<void> {
	const { client } = await connect(io, options);
	if (options.target === true) return targetEvents(io, client, options);
	const { application, environment } = options;
	const filter = { ...(application === undefined ? {} : { application }), ...(environment === undefined ? {} : { environment }) };
	const { items } = await client.call("listEvents", { query: { ...filter, newest: true, limit: options.limit } }, io);
	if (options.follow !== true) {
		if (options.output === "table") for (const event of items) io.out(line(io, event));
		if (options.output === "table" && items.length === 0) io.err("There are no events yet.\n");
		if (options.output !== "table") printList(io, items, { format: options.output, columns: [], empty: "" });
		return;
	}
	const print = (event: GitwardEvent) =>
		io.out(
			options.output === "table"
				? line(io, event)
				: options.output === "json"
					? `${jsonText(event)}\n`
					: `---\n${formatData(event, "yaml")}`,
		);
	for (const event of items) print(event);
	const newest = items.at(-1)?.id ?? (await client.call("listEvents", { query: { newest: true, limit: 1 } }, io)).items[0]?.id ?? 0;
	let broken = false;
	const onState = (state: "live" | "reconnecting") => {
		if (state === "reconnecting" && !broken && !io.signal.aborted)
			io.err(`${io.errPaint.yellow("!")} the connection broke; trying again until it stands\n`);
		broken = state === "reconnecting";
	};
	for await (const event of client.events({ ...filter, after: newest, signal: io.signal, onState })) print(event);
}

function line(io: Io, event: GitwardEvent): string {
	const { paint } = io;
	const severity = event.severity === "error" ? paint.red : event.severity === "warning" ? paint.yellow : paint.green;
	const about = [event.environment, event.application].filter((each) => each !== undefined).join("/") || event.repository || "";
	const time = new Date(event.time);
	const clock = Number.isNaN(time.getTime()) ? event.time : `${time.toLocaleDateString("sv")} ${time.toLocaleTimeString("sv")}`;
	const by = event.by.via === "automation" ? "" : paint.dim(` by ${clean(event.by.name)}`);
	return `${paint.dim(clock)} ${severity(event.type)} ${about === "" ? "" : `${paint.bold(clean(about))} `}${oneLine(clean(event.message))}${by}\n`;
}
