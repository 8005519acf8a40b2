import { createHash } from "node:crypto";

/** What git calls content of these bytes, SHA-1 in hex. */
export function blobOid(content: Buffer): string {
	return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** A name for a folder that git has none for: a hash of what is in it, marked as ours by its beginning. */
export function syntheticOid(parts: readonly string[]): string {
	return createHash("sha1").update("gitward folder\0").update(parts.join("\0")).digest("hex");
}
