import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../fs-error.ts";
import type { ProcessSpec } from "../kinds/process.ts";

export type LogStream = "stdout" | "stderr";
export const logStreams: readonly LogStream[] = ["stdout", "stderr"];

export function logFile(folder: string, stream: LogStream, number = 0): string {
	return join(folder, number === 0 ? `${stream}.log` : `${stream}.log.${number}`);
}

const factors: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** Bytes of a size such as 10Mi. */
export function bytesOfSize(size: string): number {
	const unit = size.slice(-2);
	const factor = factors[unit];
	return factor === undefined ? Number(size) : Number(size.slice(0, -2)) * factor;
}

/** What is copied while the writer goes on, before the rest is moved in one go. */
const closeEnough = 64 * 1024;

/**
 * Rotates what has grown beyond its size: the writer keeps the file open for appending, so it is copied and then emptied. What is
 * written between the last look and the emptying, some microseconds, is lost. Returns bytes now in the largest file.
 */
export async function rotateLogs(folder: string, limits: ProcessSpec["logs"]): Promise<number> {
	const maxSize = bytesOfSize(limits.maxSize);
	let largest = 0;
	for (const stream of logStreams) {
		const size = statSync(logFile(folder, stream), { throwIfNoEntry: false })?.size ?? 0;
		if (size >= maxSize && size > 0) await rotate(folder, stream, limits.maxFiles);
		else largest = Math.max(largest, size);
	}
	return largest;
}

async function rotate(folder: string, stream: LogStream, maxFiles: number): Promise<void> {
	const current = logFile(folder, stream);
	const copy = `${current}.next`;
	await copyFile(current, copy);
	const target = await open(copy, "a", 0o600);
	const source = await open(current, constants.O_RDWR);
	try {
		let at = (await target.stat()).size;
		const buffer = Buffer.alloc(closeEnough);
		// Catch up with the writer, a bounded number of times: one that writes faster than we copy would keep us here.
		for (let round = 0; round < 1000; round += 1) {
			const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
			await target.write(buffer, 0, bytesRead);
			at += bytesRead;
			if (bytesRead < buffer.length) break;
		}
		for (;;) {
			const count = readSync(source.fd, buffer, 0, buffer.length, at);
			if (count === 0) break;
			writeSync(target.fd, buffer, 0, count);
			at += count;
			if (count < buffer.length) break;
		}
		ftruncateSync(source.fd, 0);
	} finally {
		await source.close();
		await target.close();
	}
	for (let number = maxFiles; number >= 1; number -= 1) {
		const older = logFile(folder, stream, number);
		if (number === maxFiles) rmSync(older, { force: true });
		else if (existsSync(older)) renameSync(older, logFile(folder, stream, number + 1));
	}
	renameSync(copy, logFile(folder, stream, 1));
}

/** The last lines of a log, read from its end, from rotated files too where the current one has too few. */
export function lastLines(folder: string, stream: LogStream, count: number, maxFiles = 100): readonly string[] {
	const newestFirst: (readonly string[])[] = [];
	let found = 0;
	let left = maxTailBytes;
	for (let number = 0; number <= maxFiles && found < count && left > 0; number += 1) {
		const end = endOf(logFile(folder, stream, number), count - found, left);
		if (end === undefined) break;
		newestFirst.push(end.lines);
		found += end.lines.length;
		left -= end.bytes;
	}
	return newestFirst.reverse().flat();
}

/** Most that is read from the ends of files together. */
const maxTailBytes = 4 * 1024 * 1024;

function endOf(file: string, count: number, maxBytes: number): { readonly lines: readonly string[]; readonly bytes: number } | undefined {
	let fd: number;
	try {
		fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return undefined;
		throw error;
	}
	try {
		const { size } = fstatSync(fd);
		const chunks: Buffer[] = [];
		let lines = 0;
		let at = size;
		while (at > 0 && lines <= count && size - at < maxBytes) {
			const length = Math.min(64 * 1024, at);
			const chunk = Buffer.alloc(length);
			at -= length;
			readSync(fd, chunk, 0, length, at);
			for (const byte of chunk) if (byte === 10) lines += 1;
			chunks.unshift(chunk);
		}
		const text = Buffer.concat(chunks).toString("utf8");
		const all = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
		return { lines: text === "" ? [] : all.slice(-count), bytes: size - at };
	} finally {
		closeSync(fd);
	}
}
