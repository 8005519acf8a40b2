import { createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ArchiveLimits, entryPath, refused } from "./archive-limits.ts";

/** Puts the entries of an archive into a new, empty folder, within limits. */
export interface Unpacker {
	folder(name: string): Promise<void>;
	file(name: string, executable: boolean, content: Readable, signal?: AbortSignal): Promise<void>;
	/** Counts an entry that is left out. */
	skip(): void;
	/** Files by path. */
	readonly files: readonly string[];
}

export function createUnpacker(target: string, strip: number, limits: ArchiveLimits): Unpacker {
	const files: string[] = [];
	const seen = new Set<string>();
	let entries = 0;
	let bytes = 0;
	const count = (): void => {
		entries += 1;
		if (entries > limits.maxEntries) throw refused(`it holds more than ${limits.maxEntries} entries`);
	};
	return {
		files,
		skip: count,
		async folder(name) {
			count();
			const path = entryPath(name, strip);
			if (path !== undefined) await mkdir(join(target, path), { recursive: true, mode: 0o755 });
		},
		async file(name, executable, content, signal) {
			count();
			const path = entryPath(name, strip);
			if (path === undefined) {
				content.resume();
				return;
			}
			if (seen.has(path)) throw refused(`${path} is in it twice`);
			seen.add(path);
			const full = join(target, path);
			await mkdir(dirname(full), { recursive: true, mode: 0o755 });
			const meter = new Transform({
				transform(chunk: Buffer, _encoding, done) {
					bytes += chunk.length;
					if (bytes > limits.maxUnpacked) done(refused(`it unpacks to more than ${limits.maxUnpacked} bytes`));
					else done(null, chunk);
				},
			});
			const mode = executable ? 0o755 : 0o644;
			await pipeline(content, meter, createWriteStream(full, { flags: "wx", mode }), signal === undefined ? {} : { signal });
			await chmod(full, mode);
			files.push(path);
		},
	};
}
