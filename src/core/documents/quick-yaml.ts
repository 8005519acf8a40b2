import { CORE_SCHEMA, loadAll, mergeTag, type Schema } from "js-yaml";
import type { SourcePlace } from "../app-error.ts";
import { expandsTooFar } from "./expansion.ts";
import { maxAliases, maxDepth, maxDocuments, maxFileBytes } from "./limits.ts";
import { type ReadDocument, type ReadFile, readYaml } from "./read-yaml.ts";

/** Scalars by YAML 1.2, with merge keys. */
export const coreSchema: Schema = CORE_SCHEMA.withTags(mergeTag);

/**
 * As readYaml, but several times as fast where nothing is wrong: a quick parser reads, and the one that knows places is only asked when
 * a place is. Never throws: what is wrong is a Problem.
 */
export function readQuickly(file: string, text: string, schema: Schema = coreSchema): ReadFile {
	let read: ReadFile | undefined;
	const explained = (): ReadFile => (read ??= readYaml(file, text));
	if (text.length > maxFileBytes || text.includes("\0")) return explained();
	const values = load(text, schema);
	if (values instanceof Error) {
		if (explained().problems.length > 0) return explained();
		return { documents: [], problems: [{ place: placeOf(file, text, values), message: reasonOf(values) }] };
	}
	const place =
		(index: number): ReadDocument["place"] =>
		(path, ofKey) =>
			explained().documents[index]?.place(path, ofKey) ?? { file };
	const documents = values.filter((value) => value !== null && value !== undefined).map((value, index) => ({ value, place: place(index) }));
	return { documents, problems: [] };
}

function load(text: string, schema: Schema): readonly unknown[] | Error {
	try {
		const values = loadAll(text, { schema, maxDepth, maxAliases });
		if (values.length > maxDocuments) return new Error(`holds more than ${maxDocuments} documents`);
		return text.includes("*") && values.some(expandsTooFar) ? new Error("its aliases expand to too much") : values;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

interface Mark {
	readonly reason?: string;
	readonly mark?: { readonly line: number; readonly column: number };
}

function reasonOf(error: Error): string {
	return (error as Mark).reason ?? error.message;
}

function placeOf(file: string, text: string, error: Error): SourcePlace {
	const { mark } = error as Mark;
	if (mark === undefined) return { file };
	const quote = (text.split("\n", mark.line + 1)[mark.line] ?? "").slice(0, 1000);
	return { file, line: mark.line + 1, column: mark.column + 1, quote };
}
