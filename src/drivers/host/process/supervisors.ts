import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Health } from "../../../core/health.ts";
import type { ObjectKey } from "../../../core/object.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Log } from "../../../ports/log.ts";
import { createExitPoller } from "./exit-poller.ts";
import type { InstanceEnd } from "./instance.ts";
import type { Slot } from "./port-variables.ts";
import {
	type InstanceState,
	makeStateFolder,
	type ProcessWish,
	type RunState,
	readRun,
	readWish,
	writeRun,
	writeWish,
} from "./process-state.ts";
import { isSame, markerVariable, type ProcessTable, signalGroup } from "./process-table.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

/** Processes that this Gitward itself started: their end comes as an event, with its code, also over a reopening. */
export type Children = Map<string, { readonly pid: number; readonly ended: Promise<InstanceEnd> }>;

export interface SupervisorsOptions {
	/** Folder under which each Process has one. */
	readonly home: string;
	readonly table: ProcessTable;
	readonly children: Children;
	readonly environment: Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly log: Log;
	readonly random: () => number;
	readonly cwd: (wish: ProcessWish) => string;
	readonly writePortFiles: (wish: ProcessWish, slot: Slot) => void;
	readonly onHealth: (wish: ProcessWish, health: Health) => void;
}

/** All Processes of an Environment. */
export interface Supervisors {
	get(key: ObjectKey): Supervisor | undefined;
	all(): Iterable<Supervisor>;
	/** Durable when it resolves; the rest goes on in the background. */
	set(wish: ProcessWish): Promise<Supervisor>;
	/** Resolves when nothing of it runs and its state is gone. */
	remove(key: ObjectKey, signal: AbortSignal | undefined): Promise<void>;
	close(stop: boolean): Promise<void>;
}

/** How often logs are looked at. */
const rotateMs = 1000;

/** Finds what an earlier Gitward left running and looks after it again; what should run and does not is started. */
export async function openSupervisors(options: SupervisorsOptions): Promise<Supervisors> {
	const { home, table, children, clock, log } = options;
	mkdirSync(home, { recursive: true, mode: 0o700 });
	const supervisors = new Map<ObjectKey, Supervisor>();
	const removing = new Map<ObjectKey, Promise<void>>();
	const poller = createExitPoller({ table, clock });
	let cancelRotation = (): void => {};
	let isClosed = false;

	function create(wish: ProcessWish, folder: string, run: RunState): Supervisor {
		const supervisor = createSupervisor({
			...options,
			wish,
			folder,
			run,
			onEnd: (state) => (callback) => {
				const child = children.get(state.id);
				if (child === undefined) {
					const identity = { start: state.start ?? "", boot: state.boot ?? "" };
					return poller.add(state.pid, identity, () => callback("unknown"));
				}
				let isWanted = true;
				void child.ended.then((end) => {
					if (isWanted) callback(end);
				});
				return () => {
					isWanted = false;
				};
			},
			adoptChild: (id, child) => {
				children.set(id, child);
				void child.ended.then(() => clock.after(60_000, () => children.delete(id)));
			},
			onHealth: (health) => options.onHealth(supervisor.wish, health),
			onGone: () => {
				const done = rm(folder, { recursive: true, force: true })
					.catch((error: unknown) => log.warn("state of a removed process cannot be deleted", { process: wish.key, error }))
					.finally(() => {
						if (supervisors.get(wish.key) === supervisor) supervisors.delete(wish.key);
						removing.delete(wish.key);
					});
				removing.set(wish.key, done);
			},
		});
		supervisors.set(wish.key, supervisor);
		return supervisor;
	}

	const found = await findAll(home, table, children, log);
	for (const { folder, wish, run } of found) create(wish, folder, run);
	for (const supervisor of supervisors.values()) supervisor.adopt();

	function rotateLater(): void {
		cancelRotation = clock.after(rotateMs, () => {
			void rotateAll().finally(() => {
				if (!isClosed) rotateLater();
			});
		});
	}
	async function rotateAll(): Promise<void> {
		for (const supervisor of [...supervisors.values()]) {
			try {
				await supervisor.rotate();
			} catch (error) {
				log.warn("logs cannot be rotated", { process: supervisor.wish.key, error });
			}
		}
	}
	rotateLater();

	return {
		get: (key) => supervisors.get(key),
		all: () => supervisors.values(),
		async set(wish) {
			await removing.get(wish.key);
			const folder = join(home, folderName(wish));
			makeStateFolder(folder);
			await writeWish(folder, wish);
			const known = supervisors.get(wish.key);
			if (known !== undefined) {
				known.set(wish);
				return known;
			}
			const supervisor = create(wish, folder, readRun(folder));
			supervisor.adopt();
			return supervisor;
		},
		async remove(key, signal) {
			const supervisor = supervisors.get(key);
			if (supervisor === undefined) return removing.get(key);
			const wish = { ...supervisor.wish, removed: true };
			await writeWish(supervisor.folder, wish);
			supervisor.set(wish);
			await supervisor.gone(signal);
			await removing.get(key);
		},
		async close(stop) {
			isClosed = true;
			cancelRotation();
			await Promise.all([...supervisors.values()].map((supervisor) => supervisor.close(stop)));
			poller.close();
		},
	};
}

/** Readable, and unique by its hash. */
function folderName({ key, namespace, name }: ProcessWish): string {
	return `${namespace}.${name}.${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;
}

interface Found {
	readonly folder: string;
	readonly wish: ProcessWish;
	readonly run: RunState;
}

/** Reads what was noted and finds out which of it still runs. */
async function findAll(home: string, table: ProcessTable, children: Children, log: Log): Promise<readonly Found[]> {
	const noted: Found[] = [];
	for (const name of readdirSync(home)) {
		const folder = join(home, name);
		const wish = readWish(folder);
		if (wish === undefined) log.warn("the state of a process cannot be read and is left alone", { folder });
		else noted.push({ folder, wish, run: readRun(folder) });
	}
	const states = noted.flatMap(({ run }) => [run.active, run.next, ...run.leaving].filter((state) => state !== undefined));
	const known = new Map<string, InstanceState>();
	const unknown = new Set<string>();
	for (const state of states) {
		if (await isRunning(table, children, state)) known.set(state.id, state);
		else unknown.add(state.id);
	}
	// A kill between start and note leaves a process without a noted id; a process that ended may leave others of its group.
	for (const [id, processes] of await table.findMarked(markerVariable, unknown)) {
		const state = states.find((each) => each.id === id);
		const leader = processes.find((each) => each.isLeader);
		if (state !== undefined && state.pid === undefined && leader !== undefined) {
			const identity = await table.identify(leader.pid);
			if (identity !== undefined) known.set(id, { ...state, pid: leader.pid, ...identity });
		} else if (state?.pid !== undefined && processes.some((each) => each.group === state.pid)) {
			signalGroup(state.pid, "SIGKILL");
		}
	}
	return noted.map(({ folder, wish, run }) => {
		const { active, next, leaving, ...rest } = run;
		const live = (state: InstanceState | undefined): InstanceState | undefined => (state === undefined ? undefined : known.get(state.id));
		const [liveActive, liveNext] = [live(active), live(next)];
		const now: RunState = {
			...rest,
			...(liveActive === undefined ? {} : { active: liveActive }),
			...(liveNext === undefined ? {} : { next: liveNext }),
			leaving: leaving.map(live).filter((state) => state !== undefined),
		};
		// What may not be started again and ended unseen stays ended.
		const isOver =
			active?.pid !== undefined &&
			liveActive === undefined &&
			liveNext === undefined &&
			wish.spec.restart.policy === "never" &&
			!wish.removed;
		const settled: RunState = isOver ? { ...now, ended: { runs: active.runs, code: null, signal: null } } : now;
		if (JSON.stringify(settled) !== JSON.stringify(run)) writeRun(folder, settled);
		return { folder, wish, run: settled };
	});
}

async function isRunning(table: ProcessTable, children: Children, state: InstanceState): Promise<boolean> {
	const { pid, start, boot } = state;
	if (pid === undefined) return false;
	if (start === undefined || boot === undefined) return children.has(state.id) && table.exists(pid);
	return isSame(table, pid, { start, boot });
}
