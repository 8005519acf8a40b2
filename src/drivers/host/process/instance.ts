import { statSync } from "node:fs";
import { parseDuration } from "../../../core/documents/metadata.ts";
import type { ProcessEnd } from "../../../lib/exec/detached.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ProcessSpec } from "../kinds/process.ts";
import { type LogStream, lastLines, logFile, logStreams } from "./log-files.ts";
import type { Probe } from "./probe.ts";
import type { InstanceState } from "./process-state.ts";
import { signalGroup } from "./process-table.ts";

/** How an instance ended; of one that is not our child only that it did. */
export type InstanceEnd = ProcessEnd | "unknown";

/** One running (or just ended) process of a Process. */
export interface Instance {
	readonly state: InstanceState;
	readonly end: InstanceEnd | undefined;
	/** Was found healthy at least once. */
	readonly wasReady: boolean;
	/** Is healthy now, as far as was looked. */
	readonly isReady: boolean;
	/** Did not get healthy in time. */
	readonly isLate: boolean;
	/** Why it is not healthy, by the last look. */
	readonly reason: string | undefined;
	/** Milliseconds it has been ready. */
	readyMs(): number;
	/** Milliseconds since it was started or found again. */
	ranMs(): number;
	/** The last lines that it printed, for messages. */
	lastOutput(): string;
	/** Stops it: politely, then for sure; with all of its process group. Resolves when it is gone, or when the signal gives up waiting. */
	halt(stop: ProcessSpec["stop"], signal: AbortSignal): Promise<void>;
	/** Kills what is left of its group after its own end. */
	killLeftovers(): Promise<void>;
	/** Stops looking after it; it runs on. */
	release(): void;
}

export interface InstanceOptions {
	readonly state: InstanceState & { readonly pid: number };
	readonly health: ProcessSpec["health"];
	readonly probe: Probe | undefined;
	readonly folder: string;
	readonly clock: Clock;
	/** Calls back once at its end, from an event or a look. Returns how to stop. */
	readonly onEnd: (callback: (end: InstanceEnd) => void) => () => void;
	/** False where another process has its id by now: then nothing is signalled. */
	readonly isOurs: () => Promise<boolean>;
	/** It ended, got healthy, unhealthy, or late. */
	readonly onChange: () => void;
}

/** Without a check: how long it has to run to count as healthy. */
const settleMs = 500;
const firstProbeMs = 10;
/** Between looks while it starts, at most. */
const startingProbeMs = 500;
/** How long what is left of its group may take after its own end. */
const leftoverMs = 2000;
const killWaitMs = 10_000;

export function createInstance(options: InstanceOptions): Instance {
	const { state, health, probe, folder, clock, onChange } = options;
	const began = clock.monotonic();
	const abort = new AbortController();
	const logStart = new Map(logStreams.map((stream) => [stream, sizeOf(folder, stream)]));
	const waiting = new Set<() => void>();
	let end: InstanceEnd | undefined;
	let readyAt: number | undefined;
	let failures = 0;
	let isFailing = false;
	let isLate = false;
	let reason: string | undefined;
	let cancelTimer = (): void => {};

	const forget = options.onEnd((how) => {
		if (end !== undefined) return;
		end = how;
		abort.abort();
		cancelTimer();
		for (const resolve of waiting) resolve();
		onChange();
	});

	async function look(delay: number): Promise<void> {
		const problem = probe === undefined ? undefined : await probe(abort.signal);
		if (abort.signal.aborted) return;
		if (problem === undefined) {
			failures = 0;
			reason = undefined;
			const isNews = readyAt === undefined || isFailing;
			isFailing = false;
			isLate = false;
			readyAt ??= clock.monotonic();
			if (isNews) onChange();
			if (probe !== undefined) later(parseDuration(health.interval));
			return;
		}
		reason = problem;
		failures += 1;
		if (readyAt !== undefined) {
			if (failures === health.failureThreshold) {
				isFailing = true;
				onChange();
			}
			later(Math.min(parseDuration(health.interval), failures < health.failureThreshold ? startingProbeMs * 2 : Number.POSITIVE_INFINITY));
			return;
		}
		if (!isLate && clock.monotonic() - began >= parseDuration(health.startup)) {
			isLate = true;
			onChange();
		}
		later(Math.min(delay * 1.5, startingProbeMs, parseDuration(health.interval)));
	}

	/** What is found again may have run for long; the wall clock may have jumped. */
	const settlesIn = Math.min(Math.max(settleMs - (clock.now() - state.startedAt), 0), settleMs);

	function later(ms: number): void {
		if (abort.signal.aborted) return;
		cancelTimer = clock.after(ms, () => void look(Math.max(ms, firstProbeMs)));
	}

	/** Resolves true once it has ended, false after the time or when the signal gives up. */
	function ended(ms: number, signal: AbortSignal): Promise<boolean> {
		if (end !== undefined) return Promise.resolve(true);
		return new Promise((resolve) => {
			const done = (): void => {
				cancel();
				waiting.delete(done);
				signal.removeEventListener("abort", done);
				resolve(end !== undefined);
			};
			const cancel = clock.after(ms, done);
			waiting.add(done);
			signal.addEventListener("abort", done, { once: true });
		});
	}

	async function signalOurs(name: NodeJS.Signals | 0): Promise<boolean> {
		return (await options.isOurs()) && signalGroup(state.pid, name);
	}

	function pause(ms: number): Promise<void> {
		return new Promise((resolve) => {
			clock.after(ms, resolve);
		});
	}

	later(probe === undefined ? settlesIn : firstProbeMs);
	return {
		state,
		get end() {
			return end;
		},
		get wasReady() {
			return readyAt !== undefined;
		},
		get isReady() {
			return readyAt !== undefined && !isFailing && end === undefined;
		},
		get isLate() {
			return isLate;
		},
		get reason() {
			return reason;
		},
		readyMs: () => (readyAt === undefined ? 0 : clock.monotonic() - readyAt),
		ranMs: () => clock.monotonic() - began,
		lastOutput() {
			for (const stream of ["stderr", "stdout"] as const) {
				if (sizeOf(folder, stream) === logStart.get(stream)) continue;
				const lines = lastLines(folder, stream, 5, 0).map((line) => line.trim());
				const text = lines.filter((line) => line !== "").join(" / ");
				if (text !== "") return text.slice(-600);
			}
			return "";
		},
		async halt(stop, signal) {
			const limit = parseDuration(stop.timeout);
			const until = clock.monotonic() + limit;
			if (end === undefined) await signalOurs(stop.signal);
			if (!(await ended(limit, signal)) && !signal.aborted) {
				await signalOurs("SIGKILL");
				await ended(killWaitMs, signal);
			}
			// What the process left behind in its group had the same signal, and gets the rest of the time.
			const leftoverUntil = Math.min(until, clock.monotonic() + leftoverMs);
			while (!signal.aborted && clock.monotonic() < leftoverUntil && (await signalOurs(0))) await pause(20);
			if (!signal.aborted && end !== undefined) await signalOurs("SIGKILL");
		},
		async killLeftovers() {
			await signalOurs("SIGKILL");
		},
		release() {
			abort.abort();
			cancelTimer();
			forget();
		},
	};
}

function sizeOf(folder: string, stream: LogStream): number {
	return statSync(logFile(folder, stream), { throwIfNoEntry: false })?.size ?? 0;
}
