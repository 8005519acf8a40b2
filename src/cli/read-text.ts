import { readFile } from "node:fs/promises";
import { AppError } from "../core/app-error.ts";

/** A file that the user named; `invalid` where it cannot be read. */
export async function readText(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (cause) {
		throw new AppError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
			code: "FileUnreadable",
			kind: "invalid",
			hint: "Name a file that this user may read.",
			cause,
		});
	}
}
