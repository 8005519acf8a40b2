import { AppError } from "../../core/app-error.ts";

/** One entry of a Git tree object. */
export interface GitEntry {
	readonly type: "file" | "folder" | "link" | "submodule";
	readonly executable: boolean;
	readonly oid: string;
}

/** Entries by name in the order of the tree object. */
export type GitTree = ReadonlyMap<string, GitEntry>;

function malformed(why: string): AppError {
	return new AppError(`A folder in the repository is malformed: ${why}`, {
		code: "TreeMalformed",
		kind: "invalid",
		hint: "Look at it with git fsck, and commit a mended one.",
	});
}

const types: Readonly<Record<string, GitEntry["type"]>> = { "40": "folder", "100": "file", "120": "link", "160": "submodule" };

/**
 * Parses a tree object (`<octal mode> <name>\0<raw oid>` repeated, see gitformat-tree in Git's documentation of objects).
 * Names that no file system path could hold safely are refused. Throws `invalid`, code `TreeMalformed`.
 */
export function parseTree(content: Buffer, oidBytes: 20 | 32): GitTree {
	const entries = new Map<string, GitEntry>();
	let at = 0;
	while (at < content.length) {
		const space = content.indexOf(0x20, at);
		if (space === -1 || space - at > 7) throw malformed("an entry has no mode");
		const mode = content.toString("latin1", at, space);
		if (!/^[0-7]{5,7}$/u.test(mode)) throw malformed(`the mode ${JSON.stringify(mode)} is no number`);
		const end = content.indexOf(0, space + 1);
		if (end === -1 || end + 1 + oidBytes > content.length) throw malformed("it is cut off");
		const name = content.toString("utf8", space + 1, end);
		if (name === "" || name === "." || name === ".." || name.includes("/")) throw malformed(`an entry is named ${JSON.stringify(name)}`);
		const type = types[mode.replace(/^0+/u, "").slice(0, -3)];
		if (type === undefined) throw malformed(`${JSON.stringify(name)} has the unknown mode ${mode}`);
		if (entries.has(name)) throw malformed(`two entries are named ${JSON.stringify(name)}`);
		const executable = type === "file" && (Number.parseInt(mode, 8) & 0o100) !== 0;
		entries.set(name, { type, executable, oid: content.toString("hex", end + 1, end + 1 + oidBytes) });
		at = end + 1 + oidBytes;
	}
	return entries;
}
