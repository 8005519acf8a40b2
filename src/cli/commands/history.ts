import type { AnswerOf } from "../../client/client.ts";
import type { HistoryEntry } from "../../core/views/application.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { type Format, printList } from "../output.ts";
import { ago, shortRevision } from "../text/words.ts";

/** Lists Syncs of an Application, newest first. */
export async function history(
	io: Io,
	name: string,
	options: ServerOptions & { readonly output: Format; readonly limit: number },
): Promise<void> {
	const { client } = await connect(io, options);
	const rows: HistoryEntry[] = [];
	let cursor: string | undefined;
	do {
		const page: AnswerOf<"getHistory"> = await client.call(
			"getHistory",
			{ params: { name }, query: { limit: Math.min(options.limit - rows.length, 500), ...(cursor === undefined ? {} : { cursor }) } },
			io,
		);
		rows.push(...page.items);
		cursor = page.next;
	} while (cursor !== undefined && rows.length < options.limit);
	const { paint } = io;
	printList(io, rows, {
		format: options.output,
		empty: `${name} was not synced yet.`,
		columns: [
			{ title: "ID", value: (row) => row.id },
			{ title: "WHEN", value: (row) => ago(row.started) },
			{
				title: "RESULT",
				value: (row) => row.result,
				paint: (text, row) =>
					row.result === "Succeeded" ? paint.green(text) : row.result === "Failed" ? paint.red(text) : paint.yellow(text),
			},
			{ title: "WHY", value: (row) => row.trigger },
			{ title: "REVISION", value: (row) => shortRevision(row.revision), flexible: true },
			{ title: "BY", value: (row) => row.by.name, flexible: true },
			{ title: "WHAT", value: (row) => (row.result === "Failed" ? row.message : (row.commit?.subject ?? row.message)), flexible: true },
		],
	});
}
