import { AppError } from "../core/app-error.ts";
import type { WorkingTree } from "../engine/operations.ts";
import type { WorkingTreeBody } from "./schemas.ts";

/** The files of a request as the engine takes them; paths that lead out of the tree, or twice to the same file, are refused. */
export function toWorkingTree(body: WorkingTreeBody): WorkingTree {
	const files = new Map<string, Buffer | null>();
	for (const { path, content } of body.files) {
		if (
			path.split("/").some((part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git") ||
			path.includes("\0") ||
			path.includes("\\")
		) {
			throw new AppError(`The path ${JSON.stringify(path)} is not one inside a repository`, {
				code: "InvalidPath",
				kind: "invalid",
				hint: "Paths are relative to the repository, `/`-separated, without `.`, `..` or `.git`.",
			});
		}
		if (files.has(path)) throw new AppError(`The file ${path} is given twice`, { code: "DuplicatePath", kind: "invalid" });
		files.set(path, content === null ? null : Buffer.from(content, "base64"));
	}
	return { repository: body.repository, base: body.base, files };
}
