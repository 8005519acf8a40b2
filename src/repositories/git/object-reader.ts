import { AppError } from "../../core/app-error.ts";
import type { Child } from "../../lib/exec/child.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { Clock } from "../../ports/clock.ts";
import { type CatFile, type CatFileRequest, createCatFile, type GitObject } from "./cat-file.ts";

export interface ReadOptions {
	/** Bytes; a larger object comes without content. Default 32 MiB. */
	readonly limit?: number;
	readonly signal?: AbortSignal | undefined;
}

/** Reads objects of one bare repository through a few long-lived processes, which start when needed and end when idle. */
export interface ObjectReader {
	/** Undefined where there is no such object. Throws `unavailable`, code `RepositoryCorrupt`, where git cannot read it. */
	read(name: string, options?: ReadOptions): Promise<GitObject | undefined>;
	/** Starts anew with fresh processes, as the folder was replaced; what was asked is asked again. */
	restart(): void;
	close(): void;
}

export interface ObjectReaderOptions {
	/** Starts `git cat-file --batch`. */
	readonly start: () => Child;
	readonly clock: Clock;
	/** Most processes. */
	readonly processes?: number;
}

interface Job extends CatFileRequest {
	readonly fail: (error: Error) => void;
	/** Processes that died at it. */
	deaths: number;
	isOver: boolean;
}

const maxInFlight = 64;
const maxWaiting = 100_000;
const maxDeaths = 2;
const idleMs = 60_000;
/** A process that says nothing for so long is hung (a network file system). */
const hungMs = 60_000;

export function createObjectReader({ start, clock, processes = 2 }: ObjectReaderOptions): ObjectReader {
	const pool = new Set<CatFile>();
	const waiting: Job[] = [];
	let isClosed = false;
	let cancelCheck: (() => void) | undefined;
	let lastUse = 0;

	function settle(job: Job, run: () => void): void {
		if (job.isOver) return;
		job.isOver = true;
		run();
	}

	function open(): CatFile {
		const file: CatFile = createCatFile({
			child: start(),
			now: () => clock.monotonic(),
			onAnswer: pump,
			onEnd: (unanswered, reason) => {
				pool.delete(file);
				retry(unanswered as readonly Job[], reason);
			},
		});
		pool.add(file);
		return file;
	}

	function retry(jobs: readonly Job[], reason: Error | undefined): void {
		const [first] = jobs;
		if (first !== undefined && reason !== undefined) first.deaths += 1;
		for (const job of jobs.toReversed()) {
			if (isClosed) settle(job, () => job.fail(closedError()));
			else if (job.deaths < maxDeaths) waiting.unshift(job);
			else settle(job, () => job.fail(readError(reason)));
		}
		pump();
	}

	function pump(): void {
		while (waiting.length > 0) {
			let best: CatFile | undefined;
			for (const file of pool) if (best === undefined || file.waiting < best.waiting) best = file;
			// A second process only pays off where the first has a queue.
			if (best === undefined || (best.waiting >= 8 && pool.size < processes)) {
				try {
					best = open();
				} catch (error) {
					for (const job of waiting.splice(0)) settle(job, () => job.fail(error as Error));
					return;
				}
			}
			if (best.waiting >= maxInFlight) return;
			const job = waiting.shift();
			if (job === undefined || job.isOver) continue;
			best.send(job);
		}
	}

	function check(): void {
		cancelCheck = undefined;
		const now = clock.monotonic();
		for (const file of pool) {
			if (file.waiting > 0 && now - file.lastAnswer > hungMs)
				file.stop(new AppError("git does not answer", { code: "RepositoryHung", kind: "timeout" }));
			else if (file.waiting === 0 && now - lastUse > idleMs) file.stop();
		}
		if (pool.size > 0) watch();
	}

	function watch(): void {
		cancelCheck ??= clock.after(idleMs / 2, check);
	}

	return {
		read(name, { limit = 32 * 1024 * 1024, signal } = {}) {
			return new Promise((resolve, reject) => {
				// Anything else could be another request to the process, or an expression that costs.
				if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:\^\{commit\})?$/u.test(name)) throw new Error(`not an object name: ${JSON.stringify(name)}`);
				if (isClosed) throw closedError();
				if (signal?.aborted === true) throw cancelledError(signal);
				if (waiting.length >= maxWaiting)
					throw new AppError("Too many reads of this repository are waiting", { code: "RepositoryBusy", kind: "unavailable" });
				const cancel = (): void => {
					if (signal !== undefined) settle(job, () => reject(cancelledError(signal)));
				};
				const job: Job = {
					name,
					limit,
					deaths: 0,
					isOver: false,
					done: (object) =>
						settle(job, () => {
							signal?.removeEventListener("abort", cancel);
							resolve(object);
						}),
					fail: (error) => {
						signal?.removeEventListener("abort", cancel);
						reject(error);
					},
				};
				signal?.addEventListener("abort", cancel, { once: true });
				lastUse = clock.monotonic();
				waiting.push(job);
				pump();
				watch();
			});
		},
		restart() {
			for (const file of pool) file.stop();
		},
		close() {
			isClosed = true;
			cancelCheck?.();
			for (const file of pool) file.stop();
			for (const job of waiting.splice(0)) settle(job, () => job.fail(closedError()));
		},
	};
}

function cancelledError(signal: AbortSignal): AppError {
	return new AppError("Reading the repository was cancelled", { code: "Cancelled", kind: "unavailable", cause: signal.reason });
}

function closedError(): AppError {
	return new AppError("The repository is closed", { code: "Cancelled", kind: "unavailable" });
}

function readError(reason: Error | undefined): AppError {
	if (reason instanceof ExecError ? reason.facts.cause !== "failed" : reason instanceof AppError) return reason as AppError;
	return corruptError(reason);
}

/** The error for an object that should be there and cannot be read. */
export function corruptError(reason: Error | undefined): AppError {
	return new AppError(`git cannot read an object: ${(reason?.message ?? "it is missing").slice(0, 500)}`, {
		code: "RepositoryCorrupt",
		kind: "unavailable",
		hint: "A mirror is fetched anew by itself; a hosted repository has to be pushed again or restored from a backup.",
		cause: reason,
	});
}
