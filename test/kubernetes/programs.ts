import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import listed from "../programs.json" with { type: "json" };

/** How a program is built from Go modules: from a module of its own, or from sources of ours. */
export interface GoProgram {
	readonly version: string;
	/** Path of the command, for `go install PATH@vVERSION`. */
	readonly module?: string;
	/** Folder of our sources, relative to the checkout. */
	readonly sources?: string;
	/** Variables of Go that the linker sets, as the program's own release does. */
	readonly set?: Readonly<Record<string, string>>;
	/** How long two cores take for it, about. */
	readonly minutes: number;
}

const entries: readonly { readonly program: string; readonly go?: GoProgram }[] = listed;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Programs that are built from Go modules, by name. */
export const goPrograms: ReadonlyMap<string, GoProgram> = new Map(
	entries.flatMap(({ program, go }) => (go === undefined ? [] : [[program, go]])),
);

/** Where a program of test/programs.json is: in the user's cache where it is built from Go modules, otherwise on the PATH. */
export function programPath(program: string): string {
	const path = findProgram(program);
	if (path === undefined) throw new Error(`${program} is missing: npm test installs it, or says how`);
	return path;
}

/** The same, or undefined where the program is not there. */
export function findProgram(program: string): string | undefined {
	const go = goPrograms.get(program);
	const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
	const paths = go === undefined ? folders.map((folder) => join(folder, program)) : [builtPath(program, go)];
	return paths.find((path) => existsSync(path));
}

/** Where a program is once it is built. */
export function builtPath(program: string, go: GoProgram): string {
	return join(cacheFolder(), folderName(program, go), program);
}

/** Folder with one folder for each built program: `~/.cache/gitward/programs`. */
export function cacheFolder(): string {
	const base = process.env["XDG_CACHE_HOME"] ?? "";
	return join(base === "" ? join(homedir(), ".cache") : base, "gitward", "programs");
}

/** Folder of our sources of a program. */
export function sourceFolder(sources: string): string {
	return join(root, sources);
}

/** `helm-3.22.0-DIGEST-linux-x64`: the digest is of how the program is built, and of our own sources. */
function folderName(program: string, go: GoProgram): string {
	const hash = createHash("sha256").update(JSON.stringify([go.module, go.set]));
	if (go.sources !== undefined)
		for (const name of readdirSync(sourceFolder(go.sources)).sort())
			hash.update(`\0${name}\0`).update(readFileSync(join(sourceFolder(go.sources), name)));
	return [program, go.version, hash.digest("hex").slice(0, 12), process.platform, process.arch].join("-");
}
