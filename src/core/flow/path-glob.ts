import { matchesGlob } from "../glob.ts";

/**
 * Whether a path fits a pattern: `*` and `?` stay within one folder, `**` stands for any folders, and a pattern that names a folder
 * fits all beneath it. No backtracking beyond the last `**`.
 */
export function matchesPath(pattern: string, path: string): boolean {
	// What lies beneath fits too, so every pattern ends with any folders.
	const globs = [...pattern.replace(/^\/|\/$/gu, "").split("/"), "**"];
	const parts = path.split("/");
	let g = 0;
	let p = 0;
	let star = -1;
	let mark = 0;
	while (p < parts.length) {
		const glob = globs[g];
		if (glob !== undefined && glob !== "**" && matchesGlob(glob, parts[p] ?? "")) {
			g += 1;
			p += 1;
		} else if (glob === "**") {
			star = g;
			mark = p;
			g += 1;
		} else if (star >= 0) {
			g = star + 1;
			mark += 1;
			p = mark;
		} else return false;
	}
	while (globs[g] === "**") g += 1;
	return g === globs.length;
}
