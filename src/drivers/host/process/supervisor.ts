import { nextDelay } from "../../../core/backoff.ts";
import { parseDuration } from "../../../core/documents/metadata.ts";
import { hashValue } from "../../../core/hash.ts";
import type { Health } from "../../../core/health.ts";
import { run as runProgram } from "../../../lib/exec/run.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Log } from "../../../ports/log.ts";
import type { ProcessSpec } from "../kinds/process.ts";
import { createInstance, type Instance, type InstanceEnd } from "./instance.ts";
import { rotateLogs } from "./log-files.ts";
import { canAlternate, portVariables, type Slot, withPorts } from "./port-variables.ts";
import { createProbe } from "./probe.ts";
import { type InstanceState, noRun, type ProcessWish, type RunState, writeRun } from "./process-state.ts";
import { isSame, type ProcessTable } from "./process-table.ts";
import { environmentOf, startInstance } from "./start-instance.ts";

/** Registers for the end of the process of an instance. */
export type OnEnd = (callback: (end: InstanceEnd) => void) => () => void;

export interface SupervisorOptions {
	readonly wish: ProcessWish;
	/** Folder of its state and logs. */
	readonly folder: string;
	readonly run: RunState;
	readonly table: ProcessTable;
	readonly environment: Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly log: Log;
	readonly random: () => number;
	/** Real folder that it runs in; throws where there is none. */
	readonly cwd: (wish: ProcessWish) => string;
	/** Writes the files that tell its ports. */
	readonly writePortFiles: (wish: ProcessWish, slot: Slot) => void;
	/** How the end of a started process is noticed: its own event for a child, else by looking. */
	readonly onEnd: (state: InstanceState & { readonly pid: number }) => OnEnd;
	/** Keeps a child so that its end is noticed by whoever looks after it. */
	readonly adoptChild: (id: string, child: { readonly pid: number; readonly ended: Promise<InstanceEnd> }) => void;
	readonly onHealth: (health: Health) => void;
	/** It was removed and nothing of it runs. */
	readonly onGone: () => void;
}

/** Keeps one Process as it is wished. */
export interface Supervisor {
	readonly wish: ProcessWish;
	readonly folder: string;
	/** The slot that serves, once it was healthy. */
	readonly slot: Slot | undefined;
	set(wish: ProcessWish): void;
	health(): Health;
	/** Looks after what an earlier Gitward left running. */
	adopt(): void;
	/** Resolves when it was removed and nothing of it runs any more. */
	gone(signal: AbortSignal | undefined): Promise<void>;
	rotate(): Promise<void>;
	/** Lets go; with `stop` after it stopped. */
	close(stop: boolean): Promise<void>;
}

/** Digest of what a Process runs: another one means a restart. */
export function runsOf(spec: ProcessSpec): string {
	const ports = spec.ports.map(({ name, port, alternate }) => ({ name, port, alternate }));
	return hashValue([spec.command, spec.cwd, spec.env, ports, spec.inputs]).slice(0, 32);
}

/** Ready for so long, it counts as having started well. */
const stableMs = 10_000;
/** Restarts without delay of a process that had been healthy; one more every so often. */
const quickRestarts = 10;
const quickRefillMs = 10_000;

interface Problem {
	readonly message: string;
	/** More than a passing restart. */
	readonly isSerious: boolean;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
	const { folder, table, clock, log } = options;
	let { wish, run } = options;
	let active: Instance | undefined;
	let next: Instance | undefined;
	const leaving = new Set<Instance>();
	const closing = new AbortController();
	let isClosed = false;
	let failures = 0;
	let tokens = quickRestarts;
	let tokensAt = clock.monotonic();
	let startAt = 0;
	let problem: Problem | undefined;
	let switchFailures = 0;
	let switchAt = 0;
	let switchProblem: string | undefined;
	let fileProblem: string | undefined;
	let cancelTimer = (): void => {};
	let again = false;
	let working: Promise<void> | undefined;
	let told: Health | undefined;
	let rotating = false;
	const goneWaiters = new Set<() => void>();
	let isGone = false;
	let needsOtherProbe = false;

	const note = (change: Partial<RunState>): void => {
		run = { ...run, ...change };
		writeRun(folder, run);
	};
	const without = (name: "active" | "next" | "ended"): RunState => {
		const { [name]: dropped, ...rest } = run;
		void dropped;
		return rest;
	};
	const drop = (name: "active" | "next" | "ended"): void => {
		run = without(name);
		writeRun(folder, run);
	};
	const backoff = (attempt: number): number =>
		nextDelay({
			attempt,
			backoffMs: parseDuration(wish.spec.restart.backoff),
			maxBackoffMs: parseDuration(wish.spec.restart.maxBackoff),
			random: options.random(),
		});

	function wake(): void {
		if (isClosed) return;
		again = true;
		working ??= work().finally(() => {
			working = undefined;
			if (again) wake();
		});
	}

	function wakeAfter(ms: number): void {
		cancelTimer();
		cancelTimer = clock.after(ms, wake);
	}

	async function work(): Promise<void> {
		while (again && !isClosed) {
			again = false;
			try {
				await step();
			} catch (error) {
				if (isClosed) return;
				fileProblem = error instanceof Error ? error.message : String(error);
				log.warn("process needs another try", { process: wish.key, reason: fileProblem });
				wakeAfter(1000);
			}
			tell();
		}
	}

	function tell(): void {
		const health = healthNow();
		if (isClosed || (told?.status === health.status && told.message === health.message)) return;
		told = health;
		options.onHealth(health);
	}

	function watch(state: InstanceState & { readonly pid: number }): Instance {
		const { spec } = wish;
		let cwd = folder;
		try {
			cwd = options.cwd(wish);
		} catch {
			// Only a health command needs it, and will say so.
		}
		return createInstance({
			state,
			health: spec.health,
			probe: createProbe({ spec, slot: state.slot, cwd, env: environmentOf(spec, state.slot, options.environment) }),
			folder,
			clock,
			onEnd: options.onEnd(state),
			isOurs: async () => {
				const { start, boot } = state;
				if (start === undefined || boot === undefined) return true;
				return !table.exists(state.pid) || (await table.identify(state.pid)) === undefined || isSame(table, state.pid, { start, boot });
			},
			onChange: wake,
		});
	}

	/** One thing at a time, from what is to what is wished; called again until nothing is left to do. */
	async function step(): Promise<void> {
		if (wish.removed) return removeAll();
		const runs = runsOf(wish.spec);
		if (needsOtherProbe) {
			needsOtherProbe = false;
			if (active?.end === undefined) active = probedAnew(active);
		}
		if (run.ended !== undefined && run.ended.runs !== runs) drop("ended");
		if (next?.end !== undefined) await replacementEnded(next, next.end);
		if (active?.end !== undefined) return activeEnded(active, active.end);
		if (active === undefined) {
			if (next !== undefined) takeOver(next, []);
			else await begin(runs);
			return;
		}
		if (active.state.runs !== runs) {
			if (canAlternate(wish.spec) && active.isReady) await replace(active, runs);
			else await stopForAnother();
			return;
		}
		if (next !== undefined) await dropReplacement();
		switchProblem = undefined;
		await tend(active);
	}

	/** The same process, looked after by what its health check is now. */
	function probedAnew(instance: Instance | undefined): Instance | undefined {
		const pid = instance?.state.pid;
		if (instance === undefined || pid === undefined || instance.state.runs !== runsOf(wish.spec)) return instance;
		instance.release();
		return watch({ ...instance.state, pid });
	}

	async function begin(runs: string): Promise<void> {
		if (run.ended !== undefined) return;
		const wait = startAt - clock.monotonic();
		if (wait > 0) return wakeAfter(wait);
		try {
			active = await start("active", runs, run.slot);
		} catch (error) {
			drop("active");
			failures += 1;
			const delay = Math.min(backoff(failures), 5000);
			startAt = clock.monotonic() + delay;
			problem = { message: error instanceof Error ? error.message : String(error), isSerious: true };
			wakeAfter(delay);
		}
	}

	async function start(role: "active" | "next", runs: string, slot: Slot): Promise<Instance> {
		const started = await startInstance({
			spec: wish.spec,
			slot,
			runs,
			cwd: options.cwd(wish),
			environment: options.environment,
			folder,
			table,
			note: (state) => note({ [role]: state, starts: run.starts + (state.pid === undefined ? 1 : 0) }),
		});
		options.adoptChild(started.state.id, started.process);
		return watch(started.state);
	}

	async function activeEnded(instance: Instance, end: InstanceEnd): Promise<void> {
		await instance.killLeftovers();
		const { policy } = wish.spec.restart;
		const isGood = end !== "unknown" && end.code === 0;
		const output = isGood ? "" : instance.lastOutput();
		const message = `${describeEnd(end)} after ${timeText(instance.ranMs())}${output === "" ? "" : `: ${output}`}`;
		active = undefined;
		instance.release();
		if (policy === "never" || (policy === "on-failure" && isGood)) {
			problem = { message, isSerious: !isGood };
			run = without("active");
			note({
				ended: { runs: instance.state.runs, code: end === "unknown" ? null : end.code, signal: end === "unknown" ? null : end.signal },
			});
			return;
		}
		if (instance.readyMs() >= stableMs) failures = 0;
		if (instance.wasReady && takeToken()) {
			startAt = 0;
			problem = { message: `restarted: the process ${message}`, isSerious: false };
		} else {
			failures += 1;
			startAt = clock.monotonic() + backoff(failures);
			problem = { message: `the process ${message}`, isSerious: true };
		}
		drop("active");
		again = true;
	}

	function takeToken(): boolean {
		const now = clock.monotonic();
		const refill = Math.floor((now - tokensAt) / quickRefillMs);
		if (refill > 0) {
			tokens = Math.min(quickRestarts, tokens + refill);
			tokensAt = now;
		}
		if (tokens === 0) return false;
		tokens -= 1;
		return true;
	}

	/** What runs is not what is wished, and cannot be replaced beside it. */
	async function stopForAnother(): Promise<void> {
		if (next !== undefined) await dropReplacement();
		if (active !== undefined) await active.halt(wish.spec.stop, closing.signal);
		if (isClosed) return;
		active?.release();
		active = undefined;
		failures = 0;
		startAt = 0;
		problem = undefined;
		drop("active");
		again = true;
	}

	async function replace(instance: Instance, runs: string): Promise<void> {
		if (next !== undefined && next.state.runs !== runs) {
			await dropReplacement();
			switchFailures = 0;
			switchAt = 0;
			switchProblem = undefined;
		}
		if (isClosed) return;
		if (next === undefined) {
			const wait = switchAt - clock.monotonic();
			if (wait > 0) return wakeAfter(wait);
			try {
				next = await start("next", runs, instance.state.slot === 0 ? 1 : 0);
			} catch (error) {
				drop("next");
				replacementFailed(error instanceof Error ? error.message : String(error));
			}
		} else if (next.isReady) {
			takeOver(next, [instance]);
		} else if (next.isLate) {
			const output = next.lastOutput();
			const reason = `did not get healthy within ${wish.spec.health.startup}: ${next.reason ?? ""}${output === "" ? "" : `: ${output}`}`;
			await dropReplacement();
			replacementFailed(reason);
		}
	}

	async function replacementEnded(instance: Instance, end: InstanceEnd): Promise<void> {
		await instance.killLeftovers();
		const output = instance.lastOutput();
		instance.release();
		next = undefined;
		drop("next");
		replacementFailed(`${describeEnd(end)} after ${timeText(instance.ranMs())}${output === "" ? "" : `: ${output}`}`);
	}

	function replacementFailed(reason: string): void {
		switchFailures += 1;
		const delay = backoff(switchFailures);
		switchAt = clock.monotonic() + delay;
		switchProblem = reason;
		wakeAfter(delay);
	}

	async function dropReplacement(): Promise<void> {
		const instance = next;
		if (instance === undefined) return;
		await instance.halt(wish.spec.stop, closing.signal);
		if (isClosed) return;
		instance.release();
		next = undefined;
		drop("next");
	}

	/** Noted in one write: from here on the new one is the one that serves, also after a kill. */
	function takeOver(instance: Instance, old: readonly Instance[]): void {
		run = without("next");
		note({
			active: instance.state,
			slot: instance.state.slot,
			leaving: [...run.leaving, ...old.map((each) => each.state)],
			switching: true,
		});
		for (const each of old) leaving.add(each);
		active = instance;
		next = undefined;
		failures = 0;
		switchFailures = 0;
		switchAt = 0;
		switchProblem = undefined;
		problem = undefined;
		again = true;
	}

	/** The right one runs: its port files, what was to be done after a switch, and its health. */
	async function tend(instance: Instance): Promise<void> {
		if (instance.isLate || (instance.wasReady && !instance.isReady)) {
			if (!wish.spec.health.restart) return;
			const output = instance.lastOutput();
			problem = {
				message: `the process was restarted as it was not healthy: ${instance.reason ?? ""}${output === "" ? "" : `: ${output}`}`,
				isSerious: true,
			};
			tell();
			await instance.halt(wish.spec.stop, closing.signal);
			if (isClosed) return;
			instance.release();
			active = undefined;
			failures += 1;
			startAt = clock.monotonic() + backoff(failures);
			drop("active");
			again = true;
			return;
		}
		if (!instance.isReady) return;
		options.writePortFiles(wish, instance.state.slot);
		if (run.switching) {
			const failure = await afterSwitch(instance.state.slot);
			if (isClosed) return;
			if (failure !== undefined) {
				fileProblem = failure;
				switchFailures += 1;
				return wakeAfter(backoff(switchFailures));
			}
			switchFailures = 0;
			note({ switching: false });
		}
		fileProblem = undefined;
		problem = undefined;
		for (const old of leaving) leave(old);
	}

	async function afterSwitch(slot: Slot): Promise<string | undefined> {
		const [program, ...args] = (wish.spec.afterSwitch ?? []).map((item) => withPorts(item, portVariables(wish.spec, slot)));
		if (program === undefined) return undefined;
		try {
			await runProgram(program, args, {
				cwd: options.cwd(wish),
				env: environmentOf(wish.spec, slot, options.environment),
				signal: closing.signal,
				timeoutMs: 60_000,
				title: "afterSwitch",
			});
			return undefined;
		} catch (error) {
			return `${error instanceof Error ? error.message : String(error)}; the one before goes on beside the new one`;
		}
	}

	const departing = new Map<Instance, Promise<void>>();
	/** Stops one that was replaced, in the background. */
	function leave(instance: Instance): void {
		if (departing.has(instance)) return;
		const done = instance
			.halt(wish.spec.stop, closing.signal)
			.then(() => {
				if (isClosed) return;
				instance.release();
				leaving.delete(instance);
				note({ leaving: run.leaving.filter((each) => each.id !== instance.state.id) });
				wake();
			})
			.finally(() => departing.delete(instance));
		departing.set(instance, done);
	}

	async function removeAll(): Promise<void> {
		const all = [active, next, ...leaving].filter((each) => each !== undefined);
		await Promise.all(all.map((instance) => instance.halt(wish.spec.stop, closing.signal)));
		await Promise.all(departing.values());
		if (isClosed || !wish.removed) {
			again = true;
			return;
		}
		for (const instance of all) instance.release();
		active = undefined;
		next = undefined;
		leaving.clear();
		isGone = true;
		isClosed = true;
		cancelTimer();
		options.onGone();
		for (const resolve of goneWaiters) resolve();
	}

	function healthNow(): Health {
		if (wish.removed) return { status: "Progressing", message: "is being stopped" };
		if (run.ended !== undefined) {
			const isGood = run.ended.code === 0;
			return { status: isGood ? "Healthy" : "Degraded", message: `${problem?.message ?? describeEnd(run.ended)}; it is not started again` };
		}
		if (active !== undefined && active.state.runs !== runsOf(wish.spec)) {
			if (switchProblem !== undefined) return { status: "Degraded", message: `the replacement ${switchProblem}; what ran before goes on` };
			return {
				status: "Progressing",
				message: next === undefined ? "is being replaced" : `is being replaced: ${next.reason ?? "the new one starts"}`,
			};
		}
		if (active === undefined || !active.isReady) {
			if (active?.isLate === true || (active?.wasReady === true && active.end === undefined)) {
				return { status: "Degraded", message: `not healthy: ${active.reason ?? ""}` };
			}
			if (problem?.isSerious === true) {
				const count = failures > 1 ? ` (${failures} times)` : "";
				return { status: "Degraded", message: `${problem.message}${count}; it is started again` };
			}
			return { status: "Progressing", message: problem?.message ?? "is starting" };
		}
		if (fileProblem !== undefined) return { status: "Degraded", message: fileProblem };
		if (run.switching) return { status: "Progressing", message: "is taking over" };
		return { status: "Healthy", message: "" };
	}

	return {
		get wish() {
			return wish;
		},
		folder,
		get slot() {
			return active?.isReady === true && !run.switching ? active.state.slot : undefined;
		},
		set(value) {
			const isAnother = runsOf(value.spec) !== runsOf(wish.spec);
			needsOtherProbe ||= hashValue(value.spec.health) !== hashValue(wish.spec.health);
			wish = value;
			if (isAnother) {
				failures = 0;
				startAt = 0;
				switchAt = 0;
				switchFailures = 0;
				switchProblem = undefined;
				problem = undefined;
			}
			wake();
		},
		health: healthNow,
		adopt() {
			const found = (state: InstanceState | undefined): Instance | undefined => {
				const pid = state?.pid;
				return state === undefined || pid === undefined ? undefined : watch({ ...state, pid });
			};
			active = found(run.active);
			next = found(run.next);
			for (const state of run.leaving) {
				const instance = found(state);
				if (instance !== undefined) leaving.add(instance);
			}
			wake();
		},
		gone(signal) {
			if (isGone) return Promise.resolve();
			return new Promise((resolve, reject) => {
				const end = (): void => {
					goneWaiters.delete(end);
					signal?.removeEventListener("abort", cancel);
					resolve();
				};
				const cancel = (): void => {
					goneWaiters.delete(end);
					reject(signal?.reason instanceof Error ? signal.reason : new Error("cancelled"));
				};
				goneWaiters.add(end);
				if (signal?.aborted === true) cancel();
				signal?.addEventListener("abort", cancel, { once: true });
			});
		},
		async rotate() {
			if (rotating) return;
			rotating = true;
			try {
				await rotateLogs(folder, wish.spec.logs);
			} finally {
				rotating = false;
			}
		},
		async close(stop) {
			isClosed = true;
			cancelTimer();
			closing.abort();
			await working;
			await Promise.all(departing.values());
			const all = [active, next, ...leaving].filter((each) => each !== undefined);
			if (stop) {
				const signal = new AbortController().signal;
				await Promise.all(all.map((instance) => instance.halt(wish.spec.stop, signal)));
				writeRun(folder, { ...noRun, slot: run.slot, starts: run.starts, ...(run.ended === undefined ? {} : { ended: run.ended }) });
			}
			for (const instance of all) instance.release();
		},
	};
}

function describeEnd(end: InstanceEnd | { readonly code: number | null; readonly signal: string | null }): string {
	if (end === "unknown") return "ended (with a code that only its starter could see)";
	return end.signal === null ? `exited with code ${String(end.code)}` : `was ended by ${end.signal}`;
}

function timeText(ms: number): string {
	return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}
