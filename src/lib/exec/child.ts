import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { masked, type Secret } from "../secret.ts";
import { type ExecCause, ExecError } from "./exec-error.ts";
import { createTail } from "./tail.ts";

export interface ChildOptions {
	readonly cwd?: string;
	/** The whole environment: nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal | undefined;
	/** Milliseconds until the program is stopped; none where absent. */
	readonly timeoutMs?: number | undefined;
	/** Most resident memory of the program, in bytes; looked at four times a second, on Linux only. None where absent. */
	readonly maxMemoryBytes?: number | undefined;
	/** Values that must not show in errors. */
	readonly secrets?: readonly Secret[];
	/** What it is doing, for errors; default the program's name. */
	readonly title?: string;
}

/** A running program with its own process group. */
export interface Child {
	readonly pid: number | undefined;
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** Resolves when it exited with code 0 and its streams are closed; rejects with an ExecError otherwise. Never unhandled. */
	readonly finished: Promise<void>;
	/** The end of what it wrote to standard error until now, secrets masked. */
	stderr(): string;
	/** Stops the whole group, politely first; `finished` then rejects for this cause. */
	stop(cause: ExecCause, limit?: number): void;
}

/** Characters of standard error that are kept for errors; twice that is masked, so that no secret is cut in half and slips through. */
const maxStderr = 32 * 1024;
/** Between the polite signal and the other one. */
const graceMs = 2000;
/** Between looks at a program's memory. */
const memoryMs = 250;
/** How long what a program left behind may keep its streams open after its own end. */
const lingerMs = 500;

/** Starts a program without a shell, in a process group of its own that is ended as a whole. */
export function startChild(program: string, args: readonly string[], options: ChildOptions): Child {
	const { signal, timeoutMs, secrets = [], title = program } = options;
	const tail = createTail(2 * maxStderr);
	const stderr = (): string => masked(tail.text(), secrets).slice(-maxStderr);
	const fail = (
		cause: ExecCause,
		more: { exitCode?: number | null; exitSignal?: NodeJS.Signals | null; reason?: unknown; limit?: number | undefined } = {},
	) =>
		new ExecError({
			cause,
			program,
			title,
			exitCode: more.exitCode ?? undefined,
			exitSignal: more.exitSignal ?? undefined,
			stderr: stderr(),
			...(more.limit === undefined ? {} : { limit: more.limit }),
			...(more.reason === undefined ? {} : { reason: more.reason }),
		});
	if (signal?.aborted === true) throw fail("cancelled", { reason: signal.reason });

	const child = open(program, args, options, (reason) => fail("not-started", { reason }));
	let stopped: { readonly cause: ExecCause; readonly limit: number | undefined } | undefined;
	const timers = new Set<NodeJS.Timeout>();
	const later = (ms: number, run: () => void): void => {
		const timer = setTimeout(() => {
			timers.delete(timer);
			run();
		}, ms).unref();
		timers.add(timer);
	};

	function killGroup(name: NodeJS.Signals): void {
		if (child.pid === undefined) return;
		try {
			process.kill(-child.pid, name);
		} catch {
			// The group is gone already.
		}
	}

	function stop(cause: ExecCause, limit?: number): void {
		if (stopped !== undefined || child.exitCode !== null || child.signalCode !== null) return;
		stopped = { cause, limit };
		killGroup("SIGTERM");
		later(graceMs, () => killGroup("SIGKILL"));
	}

	const cancel = (): void => stop("cancelled");
	signal?.addEventListener("abort", cancel, { once: true });
	if (timeoutMs !== undefined) later(timeoutMs, () => stop("timeout", timeoutMs));
	const { maxMemoryBytes } = options;
	if (maxMemoryBytes !== undefined && child.pid !== undefined) {
		const { pid } = child;
		const look = (): void => {
			if (residentBytes(pid) > maxMemoryBytes) stop("memory", maxMemoryBytes);
			else later(memoryMs, look);
		};
		later(memoryMs, look);
	}

	child.stdin.on("error", () => {
		// The program closed its input before all was written: its exit says why.
	});
	child.stderr.on("data", (chunk: Buffer) => tail.add(chunk));
	child.stderr.on("error", () => {});
	child.stdout.on("error", () => {});

	const finished = new Promise<void>((resolve, reject) => {
		const settle = (end: () => void): void => {
			for (const timer of timers) clearTimeout(timer);
			signal?.removeEventListener("abort", cancel);
			end();
		};
		child.once("error", (error: NodeJS.ErrnoException) => {
			if (child.pid !== undefined) return;
			child.stdout.destroy();
			const missing = error.code === "ENOENT" && (options.cwd === undefined || isFolder(options.cwd));
			const reason = error.code === "ENOENT" && !missing ? new Error(`there is no folder ${options.cwd ?? ""}`) : error;
			settle(() => reject(fail(missing ? "not-found" : "not-started", { reason })));
		});
		child.once("exit", () => {
			if (stopped !== undefined) child.stdout.destroy();
			// Something it left behind may hold the streams; what is still to be read stays readable, however slow the reader.
			let seen = -1;
			const linger = (): void => {
				if (seen === -1) killGroup("SIGKILL");
				child.stderr.destroy();
				const isIdle = child.stdout.readableLength === 0 && bytesRead(child.stdout) === seen;
				seen = bytesRead(child.stdout);
				if (isIdle) child.stdout.destroy();
				else later(lingerMs, linger);
			};
			later(lingerMs, linger);
		});
		child.once("close", (exitCode, exitSignal) => {
			settle(() => {
				if (stopped !== undefined) {
					killGroup("SIGKILL");
					reject(
						fail(stopped.cause, {
							exitCode,
							exitSignal,
							limit: stopped.limit,
							reason: stopped.cause === "cancelled" ? signal?.reason : undefined,
						}),
					);
				} else if (exitCode === 0) resolve();
				else reject(fail("failed", { exitCode, exitSignal }));
			});
		});
	});
	finished.catch(() => {});
	return { pid: child.pid, stdin: child.stdin, stdout: child.stdout, finished, stderr, stop };
}

function open(
	program: string,
	args: readonly string[],
	options: ChildOptions,
	fail: (reason: unknown) => ExecError,
): ChildProcessWithoutNullStreams {
	let child: ChildProcessWithoutNullStreams;
	try {
		child = spawn(program, args, {
			...(options.cwd === undefined ? {} : { cwd: options.cwd }),
			env: { ...options.env },
			stdio: ["pipe", "pipe", "pipe"],
			shell: false,
			detached: true,
			windowsHide: true,
		});
	} catch (error) {
		throw fail(error);
	}
	if (child.stdin === undefined) {
		// Out of file descriptors: there are no streams, only an error event to come.
		child.on("error", () => {});
		throw fail(new Error("too many open files"));
	}
	return child;
}

function bytesRead(stream: Readable): number {
	return "bytesRead" in stream && typeof stream.bytesRead === "number" ? stream.bytesRead : 0;
}

/** Resident memory of a process; 0 where that cannot be told. */
function residentBytes(pid: number): number {
	try {
		const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
		return Number(kibibytes) * 1024;
	} catch {
		return 0;
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
