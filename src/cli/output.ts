import { Option } from "commander";
import { stringify } from "yaml";
import type { Io } from "./io.ts";
import { type Column, formatTable } from "./text/table.ts";

/** How a listing is printed. */
export type Format = "table" | "json" | "yaml";

/** `-o table|json|yaml`, which every listing takes. */
export function formatOption(): Option {
	return new Option("-o, --output <format>", "table for people, json or yaml for scripts")
		.choices(["table", "json", "yaml"])
		.default("table");
}

/** A value as JSON or YAML; control characters are escaped, so that none steers the terminal. */
export function formatData(value: unknown, format: "json" | "yaml"): string {
	const json = jsonText(value, 2);
	// YAML that is written plainly leaves some characters as they are; JSON is YAML too.
	return format === "json" || json.includes("\\u00")
		? `${json}\n`
		: stringify(value, { aliasDuplicateObjects: false, blockQuote: "literal", lineWidth: 0 });
}

/** JSON whose texts hold no control character, also none of those that JSON itself would allow. */
export function jsonText(value: unknown, indent?: number): string {
	return JSON.stringify(value, null, indent).replaceAll(/[\u007f-\u009f]/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Prints rows in the chosen form; `empty` says, to people, that there are none. */
export function printList<T>(
	io: Io,
	rows: readonly T[],
	options: { readonly format: Format; readonly columns: readonly Column<T>[]; readonly empty: string },
): void {
	if (options.format !== "table") io.out(formatData(rows, options.format));
	else if (rows.length === 0) io.err(`${options.empty}\n`);
	else io.out(formatTable(options.columns, rows, { paint: io.paint, width: io.width }));
}
