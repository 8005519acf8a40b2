import { CORE_SCHEMA, loadAll } from "js-yaml";
import type { SourcePlace } from "../../core/app-error.ts";
import { AppError } from "../../core/app-error.ts";
import { problemsError } from "../../core/documents/problem.ts";
import { maxFileBytes, type ReadFile, readYaml } from "../../core/documents/read-yaml.ts";

/** One YAML document as it was written, before templates. */
export interface Manifest {
	readonly file: string;
	readonly value: unknown;
	/** Where a key stands; found by reading the file once more, only when something is wrong. */
	place(path: readonly PropertyKey[], ofKey?: boolean): SourcePlace;
}

/** What could make the quick parser expand or recurse beyond measure: such files go the careful way from the start. */
const needsCare = /[&*]\S|<<|[[{]{20}|^ {100}|\0/mu;

function careful(file: string, text: string): ReadFile {
	const read = readYaml(file, text);
	if (read.problems.length > 0) throw problemsError(read.problems, "ManifestInvalid");
	return read;
}

/** The documents of a YAML 1.2 or JSON file. Throws `invalid` with the place and the line of what is wrong. */
export function readManifests(file: string, text: string): readonly Manifest[] {
	let read: ReadFile | undefined;
	const slow = (): ReadFile => (read ??= careful(file, text));
	if (text.length > maxFileBytes || needsCare.test(text)) return slow().documents.map(({ value, place }) => ({ file, value, place }));
	let values: unknown[];
	try {
		values = loadAll(text, { schema: CORE_SCHEMA, filename: file }) as unknown[];
	} catch (error) {
		slow();
		throw new AppError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { code: "ManifestInvalid", kind: "invalid", place: { file }, cause: error });
	}
	const present = values.filter((value) => value !== null && value !== undefined);
	return present.map((value, index) => ({
		file,
		value,
		place: (path, ofKey) => slow().documents[index]?.place(path, ofKey) ?? { file },
	}));
}
