import { AppError } from "../core/app-error.ts";

/** The path that `relative` means when it is written in a file of `folder`. Throws `invalid` (PathOutsideTree) where it leads out of the tree. */
export function joinPath(folder: string, relative: string, file: string): string {
	const outside = (): AppError =>
		new AppError(`${file}: the path ${JSON.stringify(relative)} leads out of the repository`, {
			code: "PathOutsideTree",
			kind: "invalid",
			place: { file },
			hint: "Use a path below the repository's root.",
		});
	if (relative.startsWith("/") || relative.includes("\0") || relative.includes("\\")) throw outside();
	const parts = folder === "" ? [] : folder.split("/");
	for (const part of relative.split("/")) {
		if (part === "" || part === ".") continue;
		if (part !== "..") parts.push(part);
		else if (parts.pop() === undefined) throw outside();
	}
	return parts.join("/");
}

/** The folder that a path stands in; "" is the root. */
export function folderOf(path: string): string {
	const slash = path.lastIndexOf("/");
	return slash < 0 ? "" : path.slice(0, slash);
}

/** The last name of a path. */
export function baseOf(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}
