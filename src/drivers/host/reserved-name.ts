import { createHash } from "node:crypto";

/** What names that Gitward makes for itself beside an Object start with; no Object may be called so. */
export const reservedPrefix = ".gitward~";

/** The name of something that Gitward makes beside `name`: the same each time, so that what a kill left behind is found. */
export function reservedName(name: string, suffix = ""): string {
	const own = Buffer.byteLength(name) + suffix.length <= 200 ? name : createHash("sha256").update(name).digest("hex").slice(0, 32);
	return `${reservedPrefix}${own}${suffix}`;
}
