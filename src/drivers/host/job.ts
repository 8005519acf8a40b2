import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { parseDuration } from "../../core/documents/metadata.ts";
import { hashValue } from "../../core/hash.ts";
import { spawnDetached } from "../../lib/exec/detached.ts";
import type { Clock } from "../../ports/clock.ts";
import { errnoOf } from "./fs-error.ts";
import type { Handler, Subject } from "./handler.ts";
import type { JobObject } from "./kinds/job.ts";
import { textOf } from "./places.ts";
import { lastLines, logFile, rotateLogs } from "./process/log-files.ts";
import { isSame, markerVariable, type ProcessTable, signalGroup } from "./process/process-table.ts";

interface JobOptions {
	readonly home: string;
	readonly table: ProcessTable;
	readonly environment: Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly cwd: (wish: { readonly namespace: string; readonly spec: { readonly cwd: string } }) => string;
}

/** What is noted while a Job runs, so that one that a kill of Gitward left running is ended before it runs again. */
interface Running {
	readonly id: string;
	readonly pid?: number;
	readonly start?: string;
	readonly boot?: string;
}

/** Between the polite signal and the other one. */
const graceMs = 2000;

/** Jobs: record `{d: digest of the spec that ran}`; a hook runs each time it is applied. */
export interface JobHandler extends Handler<JobObject> {
	folder(key: string): string;
	/** Ends what is left of a run that a kill of Gitward cut off. */
	endLeftovers(key: string): Promise<void>;
}

export function createJobHandler({ home, table, environment, clock, cwd }: JobOptions): JobHandler {
	const folder = (key: string): string => join(home, createHash("sha256").update(key).digest("hex").slice(0, 32));
	const digest = (job: JobObject): string => hashValue(job.spec).slice(0, 32);

	async function endLeftovers(key: string): Promise<void> {
		const file = join(folder(key), "running.json");
		const running = readRunning(file);
		if (running === undefined) return;
		const { pid, start, boot } = running;
		if (pid === undefined || start === undefined || boot === undefined) {
			for (const found of (await table.findMarked(markerVariable, new Set([running.id]))).get(running.id) ?? [])
				if (found.isLeader) signalGroup(found.pid, "SIGKILL");
		} else if (await isSame(table, pid, { start, boot })) signalGroup(pid, "SIGKILL");
		rmSync(file, { force: true });
	}

	async function runToEnd(subject: Subject<JobObject> & { readonly desired: JobObject }, signal: AbortSignal | undefined): Promise<void> {
		const { key, desired } = subject;
		const { spec } = desired;
		const own = folder(key);
		mkdirSync(own, { recursive: true, mode: 0o700 });
		await endLeftovers(key);
		await rotateLogs(own, { maxSize: "1Mi", maxFiles: 3 });
		const note = (running: Running): void => writeFileSync(join(own, "running.json"), JSON.stringify(running), { mode: 0o600 });
		const id = randomUUID();
		note({ id });
		const before = { stdout: sizeOf(logFile(own, "stdout")), stderr: sizeOf(logFile(own, "stderr")) };
		const [program = "", ...args] = spec.command;
		const fail = (why: string, cause?: unknown): AppError =>
			new AppError(`Job ${subject.name} ${why}${lastOutput(own, before)}`, {
				code: "HookFailed",
				kind: "conflict",
				hint: "See its log for all that it printed.",
				cause,
			});
		try {
			const limit = parseDuration(spec.timeout);
			const child = await spawnDetached(program, args, {
				cwd: cwd({ namespace: subject.namespace, spec }),
				env: { ...environment, ...spec.env, [markerVariable]: id },
				stdout: logFile(own, "stdout"),
				stderr: logFile(own, "stderr"),
			}).catch((error: unknown) => {
				throw fail(
					errnoOf(error) === "ENOENT" ? `could not start: the program ${program} was not found` : `could not start: ${String(error)}`,
					error,
				);
			});
			const identity = await table.identify(child.pid);
			note({ id, pid: child.pid, ...identity });
			let stopped: "timeout" | "cancelled" | undefined;
			let cancelKill = (): void => {};
			const stop = (why: "timeout" | "cancelled"): void => {
				stopped ??= why;
				signalGroup(child.pid, "SIGTERM");
				cancelKill = clock.after(graceMs, () => signalGroup(child.pid, "SIGKILL"));
			};
			const cancel = (): void => stop("cancelled");
			const cancelTimer = clock.after(limit, () => stop("timeout"));
			signal?.addEventListener("abort", cancel, { once: true });
			if (signal?.aborted === true) cancel();
			const end = await child.ended;
			cancelTimer();
			cancelKill();
			signal?.removeEventListener("abort", cancel);
			signalGroup(child.pid, "SIGKILL");
			if (stopped === "cancelled")
				throw new AppError(`Job ${subject.name} was cancelled`, { code: "Cancelled", kind: "unavailable", cause: signal?.reason });
			if (stopped === "timeout") throw fail(`was stopped after ${spec.timeout}`);
			if (end.signal !== null) throw fail(`was ended by ${end.signal}`);
			if (end.code !== 0) throw fail(`failed with exit code ${String(end.code)}`);
		} finally {
			rmSync(join(own, "running.json"), { force: true });
		}
	}

	return {
		folder,
		endLeftovers,
		observe({ key, desired, owned }) {
			const ran = textOf(owned?.record, "d");
			if (ran === undefined) return { key, state: "missing", differences: [] };
			if (desired === undefined || ran === digest(desired)) return { key, state: "same", differences: [] };
			return { key, state: "different", differences: [{ path: "/spec", before: `ran as ${ran}`, after: `to run as ${digest(desired)}` }] };
		},
		async apply(subject, change, signal) {
			const done = textOf(subject.owned?.record, "d") === digest(subject.desired);
			if (change.hook !== undefined || !done) await runToEnd(subject, signal);
			return { d: digest(subject.desired) };
		},
		async remove({ key }) {
			await endLeftovers(key);
			rmSync(folder(key), { recursive: true, force: true });
		},
		health: () => ({ status: "Healthy", message: "" }),
		differs: () => false,
		remember() {},
		track() {},
		untrack() {},
	};
}

function readRunning(file: string): Running | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as Running;
	} catch {
		return undefined;
	}
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function lastOutput(folder: string, before: { readonly stdout: number; readonly stderr: number }): string {
	for (const stream of ["stderr", "stdout"] as const) {
		if (sizeOf(logFile(folder, stream)) === before[stream]) continue;
		const text = lastLines(folder, stream, 10, 0)
			.map((line) => line.trim())
			.filter((line) => line !== "")
			.join(" / ");
		if (text !== "") return `: ${text.slice(-1000)}`;
	}
	return "";
}
