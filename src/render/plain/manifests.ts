import type { Schema } from "js-yaml";
import type { SourcePlace } from "../../core/app-error.ts";
import { problemsError } from "../../core/documents/problem.ts";
import { coreSchema, readQuickly } from "../../core/documents/quick-yaml.ts";
import type { ReadDocument } from "../../core/documents/read-yaml.ts";
import { kubernetesSchema } from "./kubernetes-schema.ts";

/** One YAML document as it was written, before templates. */
export interface Manifest extends ReadDocument {
	readonly file: string;
	/** Where a text stands in the scalar at a path: as `place`, but on its line and column. */
	find(path: readonly PropertyKey[], text: string): SourcePlace;
}

/** How scalars are read: by YAML 1.2, or as Kubernetes does (YAML 1.1 booleans and octals). */
export type Dialect = "core" | "kubernetes";

const schemas: Readonly<Record<Dialect, Schema>> = { core: coreSchema, kubernetes: kubernetesSchema };

/** The dialect of manifests for a kind of target: those that are not for a host are read by Kubernetes' rules. */
export function dialectOf(target: string): Dialect {
	return target === "host" ? "core" : "kubernetes";
}

/** The documents of a YAML or JSON file. Throws `invalid` with the place and the line of what is wrong. */
export function readManifests(file: string, text: string, dialect: Dialect = "core"): readonly Manifest[] {
	const { documents, problems } = readQuickly(file, text, schemas[dialect]);
	if (problems.length > 0) throw problemsError(problems, "ManifestInvalid");
	return documents.map(({ value, place }) => ({ file, value, place, find: (path, wanted) => findBelow(text, place(path), wanted) }));
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
