import { createReadStream } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import yauzl from "yauzl";
import { AppError } from "../../../core/app-error.ts";
import { type ArchiveLimits, refused } from "./archive-limits.ts";
import { createUnpacker, type Unpacker } from "./unpacker.ts";

export type ArchiveFormat = "tar" | "tar.gz" | "zip";

export interface UnpackOptions {
	/** The archive, a file. */
	readonly file: string;
	/** By the first bytes where absent. */
	readonly format: ArchiveFormat | undefined;
	/** A new, empty folder. */
	readonly target: string;
	readonly strip: number;
	readonly limits: ArchiveLimits;
	readonly signal?: AbortSignal | undefined;
}

/** Unpacks plain files and folders; anything else in it, or a path that leads out, refuses the whole archive. Returns the files' paths. */
export async function unpack(options: UnpackOptions): Promise<readonly string[]> {
	const { file, target, strip, limits, signal } = options;
	const format = options.format ?? (await formatOf(file));
	const unpacker = createUnpacker(target, strip, limits);
	try {
		if (format === "zip") await unpackZip(file, unpacker, signal);
		else await unpackTar(file, format, unpacker, options);
	} catch (error) {
		if (error instanceof AppError || signal?.aborted === true || isFileSystemError(error)) throw error;
		throw refused(`it is damaged, or no ${format}: ${error instanceof Error ? error.message : String(error)}`);
	}
	return unpacker.files;
}

function isFileSystemError(error: unknown): boolean {
	return error instanceof Error && "syscall" in error;
}

async function formatOf(file: string): Promise<ArchiveFormat> {
	const handle = await openFile(file);
	try {
		const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
		if (buffer[0] === 0x1f && buffer[1] === 0x8b) return "tar.gz";
		return buffer[0] === 0x50 && buffer[1] === 0x4b ? "zip" : "tar";
	} finally {
		await handle.close();
	}
}

/** Bytes of headers and padding that an entry of a tar may take, long names and all. */
const maxHeaderBytes = 16 * 1024;

/** Fails where a tar goes on without end behind or between its entries, where no entry counts it. */
function createGauge({ maxUnpacked, maxEntries }: ArchiveLimits): Transform {
	let left = maxUnpacked + (maxEntries + 1) * maxHeaderBytes;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			left -= chunk.length;
			if (left < 0) done(refused("it is mostly filling"));
			else done(null, chunk);
		},
	});
}

async function unpackTar(
	file: string,
	format: "tar" | "tar.gz",
	unpacker: Unpacker,
	{ limits, signal }: Pick<UnpackOptions, "limits" | "signal">,
): Promise<void> {
	const archive = extract();
	const source = createReadStream(file);
	const gauge = createGauge(limits);
	const cancel = signal === undefined ? {} : { signal };
	const flow = format === "tar.gz" ? pipeline(source, createGunzip(), gauge, archive, cancel) : pipeline(source, gauge, archive, cancel);
	flow.catch(() => {});
	let any = false;
	try {
		for await (const entry of archive as AsyncIterable<Readable & { header: Header }>) {
			signal?.throwIfAborted();
			any = true;
			const { name, type, mode } = entry.header;
			if (type === "directory") {
				await unpacker.folder(name);
				entry.resume();
			} else if (type === "file" || type === "contiguous-file") {
				await unpacker.file(name, ((mode ?? 0) & 0o100) !== 0, entry, signal);
			} else throw refused(`${name} is a ${type ?? "thing of an unknown kind"}`);
		}
		await flow;
	} finally {
		source.destroy();
		archive.destroy();
	}
	if (!any) throw refused("it holds nothing, or is no tar");
}

/** Kind of entry in the upper bits of a Unix mode: regular file, folder. */
const regular = 0o100000;
const folder = 0o040000;

async function unpackZip(file: string, unpacker: Unpacker, signal: AbortSignal | undefined): Promise<void> {
	const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
		yauzl.open(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true }, (error, opened) => {
			if (error === null) resolve(opened);
			else reject(error);
		});
	});
	try {
		for (;;) {
			signal?.throwIfAborted();
			const entry = await nextEntry(zip);
			if (entry === undefined) return;
			const mode = entry.externalFileAttributes >>> 16;
			const kind = mode & 0o170000;
			if (entry.isEncrypted()) throw refused(`${entry.fileName} is encrypted`);
			if (entry.fileName.endsWith("/")) await unpacker.folder(entry.fileName);
			else if (kind !== 0 && kind !== regular)
				throw refused(`${entry.fileName} is a ${kind === folder ? "folder with the name of a file" : "link or special file"}`);
			else await unpacker.file(entry.fileName, (mode & 0o100) !== 0, await openEntry(zip, entry), signal);
		}
	} finally {
		zip.close();
	}
}

function nextEntry(zip: yauzl.ZipFile): Promise<yauzl.Entry | undefined> {
	return new Promise((resolve, reject) => {
		const settle = (run: () => void): void => {
			zip.off("entry", onEntry);
			zip.off("end", onEnd);
			zip.off("error", onError);
			run();
		};
		const onEntry = (entry: yauzl.Entry): void => settle(() => resolve(entry));
		const onEnd = (): void => settle(() => resolve(undefined));
		const onError = (error: Error): void => settle(() => reject(error));
		zip.on("entry", onEntry);
		zip.on("end", onEnd);
		zip.on("error", onError);
		zip.readEntry();
	});
}

function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
	return new Promise((resolve, reject) => {
		zip.openReadStream(entry, (error, stream) => {
			if (error === null) resolve(stream);
			else reject(error);
		});
	});
}
