import { CORE_SCHEMA, loadAll, mergeTag, type Schema } from "js-yaml";
import { AppError, type SourcePlace } from "../../core/app-error.ts";
import { maxAliases, maxDepth, maxFileBytes } from "../../core/documents/limits.ts";
import { problemsError } from "../../core/documents/problem.ts";
import { type ReadFile, readYaml } from "../../core/documents/read-yaml.ts";
import { expandsTooFar } from "./expansion.ts";
import { kubernetesSchema } from "./kubernetes-schema.ts";

/** One YAML document as it was written, before templates. */
export interface Manifest {
	readonly file: string;
	readonly value: unknown;
	/** Where a key stands; found by reading the file once more, only when something is wrong. */
	place(path: readonly PropertyKey[], ofKey?: boolean): SourcePlace;
	/** Where a text stands in the scalar at a path: as `place`, but on its line and column. */
	find(path: readonly PropertyKey[], text: string): SourcePlace;
}

/** How scalars are read: by YAML 1.2, or as Kubernetes does (YAML 1.1 booleans and octals). */
export type Dialect = "core" | "kubernetes";

const schemas: Readonly<Record<Dialect, Schema>> = { core: CORE_SCHEMA.withTags(mergeTag), kubernetes: kubernetesSchema };

/** The dialect of manifests for a kind of target: those that are not for a host are read by Kubernetes' rules. */
export function dialectOf(target: string): Dialect {
	return target === "host" ? "core" : "kubernetes";
}

/**
 * The documents of a YAML or JSON file. Throws `invalid` with the place and the line of what is wrong. The quick parser reads; the one
 * that knows places only explains what is wrong.
 */
export function readManifests(file: string, text: string, dialect: Dialect = "core"): readonly Manifest[] {
	let read: ReadFile | undefined;
	const explained = (): ReadFile => (read ??= readYaml(file, text));
	const refuse = (): void => {
		const { problems } = explained();
		if (problems.length > 0) throw problemsError(problems, "ManifestInvalid");
	};
	if (text.length > maxFileBytes || text.includes("\0")) refuse();
	const values = load(file, text, dialect, refuse);
	const documents = values.filter((value) => value !== null && value !== undefined);
	return documents.map((value, index) => {
		const place: Manifest["place"] = (path, ofKey) => explained().documents[index]?.place(path, ofKey) ?? { file };
		return { file, value, place, find: (path, wanted) => findBelow(text, place(path), wanted) };
	});
}

/** The first line at or below a place that holds a text; the place itself where none does. */
function findBelow(text: string, place: SourcePlace, wanted: string): SourcePlace {
	if (place.line === undefined) return place;
	const lines = text.split(/\r?\n/u);
	for (let line = place.line; line <= lines.length; line += 1) {
		const quote = lines[line - 1] ?? "";
		const at = quote.indexOf(wanted, line === place.line ? (place.column ?? 1) - 1 : 0);
		if (at >= 0) return { ...place, line, column: at + 1, quote: quote.slice(0, 1000) };
	}
	return place;
}

function load(file: string, text: string, dialect: Dialect, refuse: () => void): readonly unknown[] {
	const options = { schema: schemas[dialect], maxDepth, maxAliases };
	let values: readonly unknown[];
	try {
		values = loadAll(text, options);
	} catch (error) {
		refuse();
		throw unreadable(file, text, error);
	}
	if (text.includes("*") && values.some(expandsTooFar)) {
		refuse();
		throw new AppError(`${file}: its aliases expand to too much`, { code: "ManifestInvalid", kind: "invalid", place: { file }, hint: "Write the values out." });
	}
	return values;
}

/** What only the quick parser minds, at the place that it names. */
function unreadable(file: string, text: string, error: unknown): AppError {
	const { reason, mark } = error as { readonly reason?: string; readonly mark?: { readonly line: number; readonly column: number } };
	const place = mark === undefined ? { file } : { file, line: mark.line + 1, column: mark.column + 1, quote: (text.split("\n", mark.line + 1)[mark.line] ?? "").slice(0, 1000) };
	return problemsError([{ place, message: reason ?? (error instanceof Error ? error.message : String(error)) }], "ManifestInvalid");
}
