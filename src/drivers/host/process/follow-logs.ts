import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as wait } from "node:timers/promises";
import type { LogLine } from "../../../ports/driver.ts";
import { type LogStream, lastLines, logFile, logStreams } from "./log-files.ts";

const lookMs = 100;
const maxTail = 100_000;
/** A line without an end is cut here. */
const maxLine = 64 * 1024;

interface Reader {
	readonly stream: LogStream;
	readonly decoder: StringDecoder;
	offset: number;
	rest: string;
}

/** The last `tail` lines, then with `follow` further ones until the signal; goes on over rotations. */
export async function* readLogs(
	folder: string,
	options: { readonly tail: number; readonly follow: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<LogLine> {
	const { signal } = options;
	const readers = logStreams.map(
		(stream): Reader => ({ stream, decoder: new StringDecoder("utf8"), offset: sizeOf(logFile(folder, stream)), rest: "" }),
	);
	const tail = Math.min(options.tail, maxTail);
	if (tail > 0) {
		const [out = [], errors = []] = logStreams.map((stream) => lastLines(folder, stream, tail));
		// Each file has no times: neither may push the other out.
		const forErrors = Math.min(errors.length, Math.max(tail - out.length, Math.ceil(tail / 2)));
		for (const text of out.slice(-(tail - forErrors) || out.length)) yield { stream: "stdout", text };
		for (const text of errors.slice(errors.length - forErrors)) yield { stream: "stderr", text };
	}
	while (options.follow && signal?.aborted !== true) {
		let any = false;
		for (const reader of readers) {
			for (const text of readMore(folder, reader)) {
				any = true;
				yield { stream: reader.stream, text };
			}
		}
		if (!any) await wait(lookMs, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => {});
	}
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readMore(folder: string, reader: Reader): readonly string[] {
	const lines: string[] = [];
	if (sizeOf(logFile(folder, reader.stream)) < reader.offset) {
		// Rotated: the rest of what was being read is in the newest rotated file.
		readFrom(logFile(folder, reader.stream, 1), reader, lines);
		reader.offset = 0;
	}
	readFrom(logFile(folder, reader.stream), reader, lines);
	return lines;
}

function readFrom(file: string, reader: Reader, lines: string[]): void {
	let fd: number;
	try {
		fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
	} catch {
		return;
	}
	try {
		const buffer = Buffer.alloc(64 * 1024);
		// A share at a time, so that what prints without end does not keep the loop.
		for (let share = 0; share < 16 && reader.offset < fstatSync(fd).size; share += 1) {
			const count = readSync(fd, buffer, 0, buffer.length, reader.offset);
			if (count === 0) return;
			reader.offset += count;
			const pieces = (reader.rest + reader.decoder.write(buffer.subarray(0, count))).split("\n");
			reader.rest = pieces.pop() ?? "";
			lines.push(...pieces);
			if (reader.rest.length > maxLine) {
				lines.push(reader.rest);
				reader.rest = "";
			}
		}
	} finally {
		closeSync(fd);
	}
}
