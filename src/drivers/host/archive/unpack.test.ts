import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import { entryPath } from "./archive-limits.ts";
import { unpack } from "./unpack.ts";

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "unpack-"));
	mkdirSync(join(folder, "target"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function unpackWith(entries: number, bytes: number, limits: { maxUnpacked: number; maxEntries: number }): Promise<readonly string[]> {
	const archive = pack();
	for (let index = 0; index < entries; index += 1) archive.entry({ name: `file-${index}` }, "\0".repeat(bytes));
	archive.finalize();
	const file = join(folder, "archive");
	writeFileSync(file, gzipSync(await buffer(archive)));
	return unpack({ file, format: undefined, target: join(folder, "target"), strip: 0, limits: { maxBytes: 1e9, ...limits } });
}

describe("unpack", () => {
	it("stops a bomb: too much inside, or too many entries", async () => {
		expect(await unpackWith(3, 100, { maxUnpacked: 300, maxEntries: 3 })).toHaveLength(3);
		rmSync(join(folder, "target"), { recursive: true });
		mkdirSync(join(folder, "target"));
		await expect(unpackWith(1, 10_000_000, { maxUnpacked: 1_000_000, maxEntries: 10 })).rejects.toMatchObject({
			code: "ArchiveRefused",
			message: expect.stringContaining("more than 1000000 bytes"),
		});
		rmSync(join(folder, "target"), { recursive: true });
		mkdirSync(join(folder, "target"));
		await expect(unpackWith(11, 1, { maxUnpacked: 1000, maxEntries: 10 })).rejects.toMatchObject({
			code: "ArchiveRefused",
			message: expect.stringContaining("more than 10 entries"),
		});
	});

	it("stops one that goes on behind its entries", async () => {
		const archive = pack();
		archive.entry({ name: "a" }, "a");
		archive.finalize();
		const file = join(folder, "archive");
		writeFileSync(file, gzipSync(Buffer.concat([await buffer(archive), Buffer.alloc(5_000_000)])));
		const limits = { maxBytes: 1e9, maxUnpacked: 1_000_000, maxEntries: 10 };
		await expect(unpack({ file, format: undefined, target: join(folder, "target"), strip: 0, limits })).rejects.toMatchObject({
			code: "ArchiveRefused",
		});
	});
});

describe("entryPath", () => {
	it("gives a plain path below the target, or refuses", () => {
		const part = fc.constantFrom("..", ".", "", "a", "b.txt", "...", "\0", "C:", "a\\b");
		fc.assert(
			fc.property(fc.array(part, { maxLength: 6 }), fc.nat({ max: 3 }), (parts, strip) => {
				let path: string | undefined;
				try {
					path = entryPath(parts.join("/"), strip);
				} catch (error) {
					expect(error).toBeInstanceOf(AppError);
					return;
				}
				const names = path?.split("/") ?? ["a"];
				expect(names.every((name) => name !== "" && name !== "." && name !== ".." && !name.includes("\0"))).toBe(true);
			}),
		);
	});
});
