import { stat } from "node:fs/promises";
import { AppError } from "../core/app-error.ts";
import { type ControlFile, listControlFolder, readControlFolder } from "../engine/control-folder.ts";

/** The control documents in a folder on disk, as `gitward up` would read them. */
export async function readControlFiles(folder: string, signal: AbortSignal): Promise<readonly ControlFile[]> {
	const found = await stat(folder).catch(() => undefined);
	if (found?.isDirectory() !== true)
		throw new AppError(`There is no folder ${folder}`, {
			code: "FolderNotFound",
			kind: "notFound",
			hint: "`gitward init FOLDER` writes a first one.",
		});
	const listed = await listControlFolder(folder, signal);
	if (listed.length === 0)
		throw new AppError(`${folder} holds no documents`, {
			code: "NoDocuments",
			kind: "invalid",
			hint: "Documents are files that end with .yaml, .yml or .json; `gitward init FOLDER` writes first ones.",
		});
	return readControlFolder(
		folder,
		listed.map((each) => each.path),
		signal,
	);
}
