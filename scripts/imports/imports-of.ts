import { dirname, join, normalize } from "node:path/posix";

const statement = /^[ \t]*(?:import|export)\b(?:[^;"'`]*?\bfrom)?\s*"(?<name>[^"]+)"|\bimport\(\s*"(?<dynamic>[^"]+)"/gmu;

/** What a file imports, also for types only: relative names as paths from the checkout, others as they stand. */
export function importsOf(file: string, text: string): readonly string[] {
	const names = [...text.matchAll(statement)].map(({ groups }) => groups?.name ?? groups?.dynamic ?? "");
	return names.map((name) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}
