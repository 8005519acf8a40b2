import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { AppError } from "../../../core/app-error.ts";
import type { Blobs } from "../../../ports/driver.ts";
import type { ArchiveObject } from "../kinds/file.ts";
import { unresolved } from "../parse.ts";
import { type ArchiveLimits, refused } from "./archive-limits.ts";

/** Without a byte for so long, a download fails. */
const idleMs = 30_000;

/** Brings an archive into a file, and checks its digest where it comes from elsewhere. */
export async function download(
	object: ArchiveObject,
	file: string,
	options: { readonly blobs: Blobs; readonly limits: ArchiveLimits; readonly signal?: AbortSignal | undefined },
): Promise<void> {
	const { blobs, limits, signal } = options;
	const { blob, url, sha256 } = object.spec;
	const idle = new AbortController();
	let timer = setTimeout(() => idle.abort(), idleMs);
	const either = signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]);
	const hash = createHash("sha256");
	let size = 0;
	const meter = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			clearTimeout(timer);
			timer = setTimeout(() => idle.abort(), idleMs);
			size += chunk.length;
			hash.update(chunk);
			if (size > limits.maxBytes) done(refused(`it has more than ${limits.maxBytes} bytes`));
			else done(null, chunk);
		},
	});
	try {
		const source =
			blob !== undefined ? await blobs.open(blob, { signal: either }) : url !== undefined ? await fetchUrl(url, either) : undefined;
		if (source === undefined) throw unresolved(object);
		await pipeline(source, meter, createWriteStream(file, { mode: 0o600 }), { signal: either });
	} catch (error) {
		if (idle.signal.aborted && signal?.aborted !== true) {
			throw new AppError(`nothing came from ${url ?? blob ?? ""} for ${idleMs / 1000} s`, {
				code: "DownloadTimeout",
				kind: "timeout",
				cause: error,
			});
		}
		throw error;
	} finally {
		clearTimeout(timer);
	}
	const digest = hash.digest("hex");
	if (sha256 !== undefined && digest !== sha256) {
		throw new AppError(`${url ?? ""} has the digest ${digest}, not ${sha256}`, {
			code: "DigestMismatch",
			kind: "denied",
			hint: "Check the download and its published digest.",
		});
	}
}

async function fetchUrl(url: string, signal: AbortSignal): Promise<Readable> {
	let response: Response;
	try {
		response = await fetch(url, { signal });
	} catch (error) {
		if (signal.aborted) throw error;
		const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
		throw new AppError(`${url} cannot be reached: ${cause}`, { code: "DownloadFailed", kind: "unavailable", cause: error });
	}
	if (!response.ok || response.body === null) {
		const kind =
			response.status === 404 || response.status === 410
				? "notFound"
				: response.status === 401 || response.status === 403
					? "denied"
					: "unavailable";
		throw new AppError(`${url} answered ${response.status}`, { code: "DownloadFailed", kind, hint: "Check the address." });
	}
	return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
}
