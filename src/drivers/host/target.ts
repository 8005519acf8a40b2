import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { Observation } from "../../core/change.ts";
import type { EnvironmentDocument } from "../../core/documents/environment.ts";
import { keyOf, type ObjectKey, parseKey, refOf } from "../../core/object.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { DriverContext, OwnedObject, Target } from "../../ports/driver.ts";
import { createArchiveHandler } from "./archive/archive.ts";
import { openClaimedPaths } from "./claimed-paths.ts";
import { createDirectoryHandler } from "./directory.ts";
import { createFileHandler } from "./file.ts";
import { createFiles, type WriteBytes } from "./files.ts";
import type { Handler, Subject } from "./handler.ts";
import { createJobHandler } from "./job.ts";
import { createLedger } from "./ledger.ts";
import { openMadeFolders } from "./made-folders.ts";
import { type HostObject, parseObject } from "./parse.ts";
import { createPlaces } from "./places.ts";
import { readLogs } from "./process/follow-logs.ts";
import { createProcessTable } from "./process/process-table.ts";
import { type Children, openSupervisors, type Supervisors } from "./process/supervisors.ts";
import { createProcessHandler } from "./process-handler.ts";
import { openRoot } from "./root.ts";
import { createSlice } from "./slice.ts";
import { createUnitHandler } from "./unit.ts";
import { createWatches, type WatchFolder } from "./watches.ts";

export interface HostTargetOptions {
	readonly environment: EnvironmentDocument;
	readonly context: DriverContext;
	readonly exec: Exec;
	/** What processes inherit. */
	readonly inherited: Readonly<Record<string, string>>;
	/** Absolute. */
	readonly root: string;
	/** What no Object may touch besides, by its real path. */
	readonly kept: readonly string[];
	readonly children: Children;
	readonly random: () => number;
	readonly watch: WatchFolder | undefined;
	readonly writeBytes: WriteBytes | undefined;
	readonly onClosed: () => void;
}

/** Opens one Environment on this machine. */
export async function openHostTarget(options: HostTargetOptions): Promise<Target> {
	const { context, exec, inherited } = options;
	const { clock, log, home } = context;
	const made = openMadeFolders(join(home, "made-folders"));
	const root = openRoot({ path: options.root, home, kept: options.kept, made });
	const ledger = createLedger();
	const slice = createSlice();
	const files = createFiles({ root, made, ledger, writeBytes: options.writeBytes });
	const watches = createWatches({
		root,
		ledger,
		clock,
		log,
		slice,
		...(options.watch === undefined ? {} : { watch: options.watch }),
		onProblem(entry, problem) {
			if (problem !== undefined) context.notify({ application: entry.application, key: entry.key, type: "changed", message: problem });
		},
	});
	const places = createPlaces({ root, ledger, claims: openClaimedPaths(join(home, "claimed-paths")), watches });
	const table = createProcessTable(exec);
	const opened: { supervisors?: Supervisors } = {};
	const running = (): Supervisors => {
		if (opened.supervisors === undefined)
			throw new AppError("the Environment is being opened", { code: "EnvironmentOpening", kind: "waiting" });
		return opened.supervisors;
	};
	const processes = createProcessHandler({ root, files, ledger, places, supervisors: running });
	const jobs = createJobHandler({ home: join(home, "jobs"), table, environment: inherited, clock, cwd: processes.cwd });
	const handlers: Readonly<Record<string, Handler>> = {
		File: createFileHandler({ root, files, ledger, places, clock }),
		Directory: createDirectoryHandler({ root, files, ledger, places, made }),
		Archive: createArchiveHandler({ root, files, ledger, places, slice, blobs: context.blobs, home: join(home, "archives") }),
		Process: processes,
		Unit: createUnitHandler({ root, files, places, exec, clock }),
		Job: jobs,
	};
	opened.supervisors = await openSupervisors({
		home: join(home, "processes"),
		table,
		children: options.children,
		environment: inherited,
		clock,
		log,
		random: options.random,
		cwd: processes.cwd,
		writePortFiles(wish, slot) {
			processes.writePortFiles(wish, slot);
			void watches.arm();
		},
		onHealth(wish, health) {
			const isTrouble = health.status === "Degraded" || health.message.startsWith("restarted: ");
			context.notify({ application: wish.application, key: wish.key, type: "health", ...(isTrouble ? { message: health.message } : {}) });
		},
	});
	const tracked = new Map<string, Map<ObjectKey, OwnedObject>>();
	let isClosed = false;

	function handlerOf(kind: string): Handler {
		const handler = handlers[kind];
		if (handler !== undefined) return handler;
		throw new AppError(`a host target does not know the kind ${kind}`, {
			code: "KindUnknown",
			kind: "invalid",
			hint: `Known kinds: ${Object.keys(handlers).join(", ")}.`,
		});
	}

	const always = (): boolean => true;
	function ownedSubject(application: string, owned: OwnedObject, isDesired: (key: ObjectKey) => boolean = always): Subject {
		return { application, key: owned.key, namespace: owned.ref.namespace, name: owned.ref.name, desired: undefined, owned, isDesired };
	}

	/** Whether an Object was handed over: another Application's is tracked by the same key. */
	function isOthers(application: string, key: ObjectKey): boolean {
		for (const [name, objects] of tracked) if (name !== application && objects.has(key)) return true;
		return false;
	}

	/** Lets the event loop turn where it is time for it. */
	function pauseFor(signal: AbortSignal | undefined): Promise<void> | undefined {
		signal?.throwIfAborted();
		return slice();
	}

	/** Two Objects at one path would each undo the other. */
	function demandOwnPath(paths: Map<string, ObjectKey>, key: ObjectKey, namespace: string, object: HostObject): void {
		if (object.kind !== "File" && object.kind !== "Directory" && object.kind !== "Archive") return;
		const path = root.locate(namespace, object.spec.path ?? object.metadata.name);
		const other = paths.get(path);
		if (other !== undefined) {
			throw new AppError(`${other} and ${key} have the same path, ${path}`, {
				code: "DuplicatePath",
				kind: "invalid",
				hint: "Give one of the two another path.",
			});
		}
		paths.set(path, key);
	}

	return {
		async observe(application, desired, owned, { signal } = {}) {
			const ownedByKey = new Map(owned.map((each) => [each.key, each]));
			root.refresh();
			const wanted: { readonly key: ObjectKey; readonly name: string; readonly namespace: string; readonly object: HostObject }[] = [];
			const wantedKeys = new Set<ObjectKey>();
			const paths = new Map<string, ObjectKey>();
			for (const each of desired) {
				const ref = refOf(each);
				const namespace = ref.namespace === "" ? application : ref.namespace;
				const key = keyOf(ref);
				const object = parseObject(each);
				demandOwnPath(paths, key, namespace, object);
				wanted.push({ key, name: ref.name, namespace, object });
				wantedKeys.add(key);
				const pause = pauseFor(signal);
				if (pause !== undefined) await pause;
			}
			const isDesired = (key: ObjectKey): boolean => wantedKeys.has(key);
			for (const each of owned) {
				handlerOf(each.ref.kind).remember(ownedSubject(application, each));
				const pause = pauseFor(signal);
				if (pause !== undefined) await pause;
			}
			const observations: Observation[] = [];
			for (const { key, name, namespace, object } of wanted) {
				const subject: Subject = { application, key, namespace, name, desired: object, owned: ownedByKey.get(key), isDesired };
				const observation = handlerOf(object.kind).observe(subject);
				observations.push(observation instanceof Promise ? await observation : observation);
				const pause = pauseFor(signal);
				if (pause !== undefined) await pause;
			}
			for (const each of owned) {
				if (wantedKeys.has(each.key)) continue;
				const observation = handlerOf(each.ref.kind).observe(ownedSubject(application, each, isDesired));
				observations.push(observation instanceof Promise ? await observation : observation);
				const pause = pauseFor(signal);
				if (pause !== undefined) await pause;
			}
			return observations;
		},
		async apply(application, change, owned, { signal } = {}) {
			const pause = pauseFor(signal);
			if (pause !== undefined) await pause;
			const handler = handlerOf(change.ref.kind);
			const { key, ref } = change;
			const subject: Subject = {
				application,
				key,
				namespace: ref.namespace === "" ? application : ref.namespace,
				name: ref.name,
				desired: undefined,
				owned,
				isDesired: () => false,
			};
			if (change.action === "delete") {
				await handler.remove(subject, signal);
				return { record: null };
			}
			if (change.desired === undefined) throw new Error(`nothing is desired of ${key}`);
			return { record: await handler.apply({ ...subject, desired: parseObject(change.desired) }, change, signal) };
		},
		async health(application, owned, { signal } = {}) {
			signal?.throwIfAborted();
			return owned.map((each) => ({ key: each.key, ...handlerOf(each.ref.kind).health(ownedSubject(application, each)) }));
		},
		async track(application, owned) {
			if (isClosed) return;
			const before = tracked.get(application);
			const now = new Map(owned.map((each) => [each.key, each]));
			for (const each of owned) {
				handlerOf(each.ref.kind).track(ownedSubject(application, each));
				const pause = slice();
				if (pause !== undefined) await pause;
			}
			for (const [key, each] of before ?? []) {
				if (!now.has(key) && !isOthers(application, key)) handlerOf(each.ref.kind).untrack(ownedSubject(application, each));
			}
			if (now.size === 0) tracked.delete(application);
			else tracked.set(application, now);
			await watches.arm();
		},
		async sweep(application, owned, { signal } = {}) {
			const differing: ObjectKey[] = [];
			root.refresh();
			for (const each of owned) {
				const differs = handlerOf(each.ref.kind).differs(ownedSubject(application, each));
				if (differs instanceof Promise ? await differs : differs) differing.push(each.key);
				const pause = pauseFor(signal);
				if (pause !== undefined) await pause;
			}
			return differing;
		},
		async *logs(_application, key, logOptions) {
			const { kind } = parseKey(key);
			const folder = kind === "Process" ? running().get(key)?.folder : kind === "Job" ? jobs.folder(key) : undefined;
			if (folder === undefined) {
				throw new AppError(`${key} has no log`, {
					code: "LogsNotFound",
					kind: "notFound",
					hint: "Only a Process and a Job that ran here have one.",
				});
			}
			yield* readLogs(folder, logOptions);
		},
		async close(reason) {
			if (isClosed) return;
			isClosed = true;
			try {
				watches.close();
				await opened.supervisors?.close(reason === "shutdown" && options.environment.spec.policy.onShutdown === "stop");
				root.close();
				made.close();
			} catch (error) {
				log.error("environment did not close cleanly", { environment: options.environment.metadata.name, error });
			} finally {
				options.onClosed();
			}
		},
	};
}
