// Writes the reference pages and JSON Schemas to docs/reference; with --check it only says which are stale.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { referencePages } from "./reference/pages.ts";
import { referenceKinds } from "./reference/schemas.ts";

const folder = join(import.meta.dirname, "..", "docs", "reference");
const pages = referencePages(referenceKinds());
const present = readPresent();
const stale = [...new Set([...pages.keys(), ...present.keys()])].filter((path) => pages.get(path) !== present.get(path));

if (process.argv.includes("--check")) {
	for (const path of stale) console.error(`docs/reference/${path} is stale: run scripts/reference.ts`);
	process.exitCode = stale.length === 0 ? 0 : 1;
} else {
	for (const path of stale) write(path, pages.get(path));
}
console.log(`${pages.size} reference files, ${stale.length} ${process.exitCode === 1 ? "stale" : "written"}`);

function readPresent(): ReadonlyMap<string, string> {
	try {
		const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(?:md|json)$/u.test(name));
		return new Map(names.map((name) => [name.replaceAll("\\", "/"), readFileSync(join(folder, name), "utf8")]));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
		throw error;
	}
}

function write(path: string, text: string | undefined): void {
	const file = join(folder, path);
	if (text === undefined) return rmSync(file);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
