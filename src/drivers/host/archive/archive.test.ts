import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import { createHostFixture, type HostFixture, object } from "../fixture.ts";

let host: HostFixture;
let server: Server | undefined;
beforeEach(async () => {
	host = createHostFixture();
	await host.open();
});
afterEach(async () => {
	server?.close();
	server = undefined;
	await host.close();
});

async function tarOf(entries: readonly (Partial<Header> & { readonly name: string; readonly text?: string })[]): Promise<Buffer> {
	const archive = pack();
	for (const { text, ...header } of entries) archive.entry(header, text ?? "");
	archive.finalize();
	return buffer(archive);
}

interface ZipEntry {
	readonly name: string;
	readonly text: string;
	/** Unix mode with its kind. */
	readonly mode?: number;
}

/** A zip with stored entries (APPNOTE 4.3): no packer is among our packages. */
function zipOf(entries: readonly ZipEntry[]): Buffer {
	const parts: Buffer[] = [];
	const central: Buffer[] = [];
	let offset = 0;
	for (const { name, text, mode = 0o100644 } of entries) {
		const [path, data] = [Buffer.from(name), Buffer.from(text)];
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt32LE(crc32(data), 10);
		common.writeUInt32LE(data.length, 14);
		common.writeUInt32LE(data.length, 18);
		common.writeUInt16LE(path.length, 22);
		const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, path, data]);
		const tail = Buffer.alloc(14);
		tail.writeUInt32LE((mode << 16) >>> 0, 6);
		tail.writeUInt32LE(offset, 10);
		central.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), common, tail, path]));
		parts.push(local);
		offset += local.length;
	}
	const directory = Buffer.concat(central);
	const end = Buffer.alloc(22);
	end.write("PK\u0005\u0006", "latin1");
	end.writeUInt16LE(entries.length, 8);
	end.writeUInt16LE(entries.length, 10);
	end.writeUInt32LE(directory.length, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...parts, directory, end]);
}

function crc32(data: Buffer): number {
	let crc = 0xffffffff;
	for (const byte of data) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
	}
	return (crc ^ 0xffffffff) >>> 0;
}

function blob(content: Buffer): string {
	const name = `git/shop/${createHash("sha1").update(content).digest("hex")}`;
	host.blobs.set(name, content);
	return name;
}

const site = (spec: object) => object("Archive", "site", spec);
const version = (text: string) =>
	tarOf([
		{ name: "./dist/index.html", text },
		{ name: "dist/bin/run", text: "#!/bin/sh\n", mode: 0o755 },
	]);
const text = (path: string): string => readFileSync(host.at("shop/site", path), "utf8");

describe("an Archive", () => {
	it("is unpacked beside its path, switched at once, and leaves nothing behind", async () => {
		await host.sync([site({ blob: blob(await version("one")), strip: 1 })]);
		expect(lstatSync(host.at("shop/site")).isSymbolicLink()).toBe(true);
		expect([text("index.html"), statSync(host.at("shop/site/bin/run")).mode & 0o777]).toEqual(["one", 0o755]);
		const before = readlinkSync(host.at("shop/site"));
		expect((await host.sync([site({ blob: blob(await version("one")), strip: 1 })])).map((change) => change.action)).toEqual(["unchanged"]);
		expect((await host.sync([site({ blob: blob(await version("two")), strip: 1 })])).map((change) => change.action)).toEqual(["update"]);
		expect(text("index.html")).toBe("two");
		expect(readdirSync(host.at("shop")).sort()).toEqual([readlinkSync(host.at("shop/site")), "site"].sort());
		expect(existsSync(host.at("shop", before))).toBe(false);
		await host.sync([]);
		expect(existsSync(host.at("shop"))).toBe(false);
	});

	it("leaves the versions of a neighbour alone whose name goes on where its own ends", async () => {
		const other = object("Archive", "site~b", { blob: blob(await version("other")), strip: 1 });
		await host.sync([other], "blog");
		await host.sync([site({ blob: blob(await version("one")), strip: 1 })]);
		await host.sync([site({ blob: blob(await version("two")), strip: 1 })]);
		expect(readFileSync(host.at("shop/site~b/index.html"), "utf8")).toBe("other");
		await host.sync([]);
		expect(readFileSync(host.at("shop/site~b/index.html"), "utf8")).toBe("other");
	});

	it("leaves nothing behind of one with a long name", async () => {
		const long = "n".repeat(190);
		await host.sync([object("Archive", long, { blob: blob(await version("one")) })]);
		await host.sync([object("Archive", long, { blob: blob(await version("two")) })]);
		expect(readdirSync(host.at("shop"))).toHaveLength(2);
		await host.sync([]);
		expect(existsSync(host.at("shop"))).toBe(false);
	});

	it("may be a tar.gz or a zip, found out by its first bytes", async () => {
		const zip = zipOf([
			{ name: "dist/", text: "", mode: 0o040755 },
			{ name: "dist/index.html", text: "zipped" },
			{ name: "dist/run", text: "x", mode: 0o100755 },
		]);
		await host.sync([site({ blob: blob(zip), strip: 1 }), object("Archive", "other", { blob: blob(gzipSync(await version("packed"))) })]);
		expect([text("index.html"), readFileSync(host.at("shop/other/dist/index.html"), "utf8")]).toEqual(["zipped", "packed"]);
		expect(statSync(host.at("shop/site/run")).mode & 0o777).toBe(0o755);
	});

	it("whose files are edited or deleted by hand is told and unpacked anew", async () => {
		const objects = [site({ blob: blob(await version("one")), strip: 1 })];
		await host.sync(objects);
		const changed = () => host.events.filter((event) => event.type === "changed");
		writeFileSync(host.at("shop/site/index.html"), "by hand");
		await host.until(() => changed().some((event) => event.message === "a file of the archive was edited"));
		expect(await host.target().sweep("shop", host.owned())).toEqual(["Archive.host.gitward.dev/shop/site"]);
		await host.sync(objects);
		expect(text("index.html")).toBe("one");
		rmSync(host.at("shop/site/bin"), { recursive: true });
		await host.until(() => changed().some((event) => event.message === "a file of the archive was deleted"));
		await host.sync(objects);
		expect(existsSync(host.at("shop/site/bin/run"))).toBe(true);
		rmSync(host.at("shop/site"));
		await host.until(() => changed().some((event) => event.message === "the link of the archive was changed"));
		await host.sync(objects);
		expect(text("index.html")).toBe("one");
		expect(await host.target().sweep("shop", host.owned())).toEqual([]);
	});

	it("comes from a URL only with the right digest", async () => {
		const content = await version("loaded");
		server = createServer((request, response) => {
			if (request.url === "/site.tar") response.end(content);
			else response.writeHead(404).end();
		});
		await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
		const address = server.address();
		const base = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
		const sha256 = createHash("sha256").update(content).digest("hex");
		await host.sync([site({ url: `${base}/site.tar`, sha256, strip: 1 })]);
		expect(text("index.html")).toBe("loaded");
		await expect(host.sync([site({ url: `${base}/site.tar`, sha256: "0".repeat(64) })])).rejects.toMatchObject({
			code: "DigestMismatch",
			kind: "denied",
		});
		await expect(host.sync([site({ url: `${base}/none.tar`, sha256 })])).rejects.toMatchObject({
			code: "DownloadFailed",
			kind: "notFound",
		});
		expect(text("index.html")).toBe("loaded");
	});

	it("never replaces a folder that someone else filled", async () => {
		mkdirSync(host.at("shop/site"), { recursive: true });
		writeFileSync(host.at("shop/site/theirs"), "");
		const changes = await host.sync([site({ blob: blob(await version("one")) })]);
		expect(changes[0]?.action).toBe("skip");
		const forced = object("Archive", "site", { blob: blob(await version("one")) }, { annotations: { "gitward.dev/adopt": "true" } });
		await expect(host.sync([forced])).rejects.toMatchObject({ code: "PathIsFolder" });
		expect(readdirSync(host.at("shop"))).toEqual(["site"]);
	});
});

describe("an archive that is refused", () => {
	const refusals: readonly [string, () => Promise<Buffer>, RegExp][] = [
		["leads out", () => tarOf([{ name: "../evil", text: "x" }]), /leads out/u],
		["leads out in the middle", () => tarOf([{ name: "a/../../evil", text: "x" }]), /leads out/u],
		["has an absolute path", () => tarOf([{ name: "/tmp/evil", text: "x" }]), /absolute/u],
		[
			"holds a symbolic link",
			() =>
				tarOf([
					{ name: "a", type: "symlink", linkname: "/etc" },
					{ name: "a/evil", text: "x" },
				]),
			/is a symlink/u,
		],
		["holds a hard link", () => tarOf([{ name: "a", type: "link", linkname: "/etc/passwd" }]), /is a link/u],
		["holds a device", () => tarOf([{ name: "a", type: "character-device" }]), /is a character-device/u],
		["holds a pipe", () => tarOf([{ name: "a", type: "fifo" }]), /is a fifo/u],
		[
			"has a file twice",
			() =>
				tarOf([
					{ name: "a", text: "1" },
					{ name: "./a", text: "2" },
				]),
			/twice/u,
		],
		["is cut off", async () => gzipSync(await version("x")).subarray(0, 60), /damaged/u],
		["is no archive", async () => Buffer.from("hello, world".repeat(100)), /damaged|no tar/u],
		["is a zip that leads out", async () => zipOf([{ name: "../evil", text: "x" }]), /damaged|leads out/u],
		["is a zip with a link", async () => zipOf([{ name: "a", text: "/etc", mode: 0o120777 }]), /link or special/u],
	];
	it.each(refusals)("as it %s leaves what was there", async (_why, make, message) => {
		await host.sync([site({ blob: blob(await version("good")), strip: 1 })]);
		const failed = host.sync([site({ blob: blob(await make()) })]);
		await expect(failed).rejects.toThrow(message);
		await expect(failed).rejects.toSatisfy((error) => error instanceof AppError && error.code === "ArchiveRefused");
		expect(text("index.html")).toBe("good");
		expect(readdirSync(host.at("shop")).length).toBe(2);
		expect(readdirSync(host.base).sort()).toEqual(["home", "root"]);
	});
});
