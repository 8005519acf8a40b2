import { AppError } from "../../../core/app-error.ts";

/** What an archive may hold at most. */
export interface ArchiveLimits {
	/** Bytes of the archive itself. */
	readonly maxBytes: number;
	/** Bytes of everything in it. */
	readonly maxUnpacked: number;
	readonly maxEntries: number;
}

export const archiveLimits: ArchiveLimits = { maxBytes: 2 * 1024 ** 3, maxUnpacked: 8 * 1024 ** 3, maxEntries: 200_000 };

/** An archive that is refused as a whole. */
export function refused(why: string): AppError {
	return new AppError(`the archive is refused: ${why}`, {
		code: "ArchiveRefused",
		kind: "invalid",
		hint: "Pack plain files and folders with relative paths only.",
	});
}

/** Path of an entry below the target, without the stripped folders; undefined where nothing is left of it. Throws for one that leads elsewhere. */
export function entryPath(name: string, strip: number): string | undefined {
	if (name.includes("\0") || name.includes("\\")) throw refused(`the name ${JSON.stringify(name)} is not a plain path`);
	if (name.startsWith("/") || /^[A-Za-z]:/u.test(name)) throw refused(`${name} is an absolute path`);
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	if (parts.includes("..")) throw refused(`${name} leads out of the archive`);
	if (parts.some((part) => Buffer.byteLength(part) > 255) || parts.length > 100) throw refused(`${name.slice(0, 100)} is too long`);
	const left = parts.slice(strip);
	return left.length === 0 ? undefined : left.join("/");
}
