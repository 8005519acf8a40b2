import { AppError, toAppError } from "../core/app-error.ts";
import type { ApplicationState } from "../core/application-state.ts";
import type { ApplicationDocument } from "../core/documents/application.ts";
import { shortRevision } from "../core/revision.ts";
import { isSettled } from "../core/summarise.ts";
import type { ChildView, HistoryEntry, Hold } from "../core/views/application.ts";
import type { Actor } from "../core/views/common.ts";
import type { LogLine } from "../ports/driver.ts";
import type { HistoryRecord } from "../ports/store.ts";
import { type ApplicationContext, type EngineContext, targetOf, timestamp } from "./context.ts";
import type { Control } from "./control.ts";
import type { Operations } from "./operations.ts";
import type { Origins } from "./origins.ts";
import { isAffected, type OverlayTree, planApplication } from "./plan.ts";
import { wakeTakers } from "./stages/takers.ts";
import type { NewEvent } from "./status.ts";
import type { Targets } from "./targets.ts";
import { childView, environmentView, objectViews, printing, summaryView } from "./views.ts";

export interface OperateOptions {
	readonly engine: EngineContext;
	readonly control: Control;
	readonly origins: Origins;
	readonly targets: Targets;
	readonly contextOf: (name: string, signal: AbortSignal) => ApplicationContext | undefined;
	/** Looks at the Application soon, before what nobody waits for. */
	readonly wake: (name: string) => void;
	readonly overlay: OverlayTree;
	readonly ready: () => boolean;
}

/** Holds that nothing but a person (or a new commit) lets go. */
const needsPerson: ReadonlySet<Hold["reason"]> = new Set([
	"Suspended",
	"DeletionGuard",
	"DriftAsk",
	"DriftFight",
	"Foreign",
	"ManualSync",
	"Project",
	"RetriesExhausted",
	"SyncWindow",
]);

const never = new AbortController().signal;

function toEntry(record: HistoryRecord): HistoryEntry {
	const { desiredHash, ...entry } = record;
	void desiredHash;
	return entry;
}

/** The Operations of a running engine. */
export function createOperations(options: OperateOptions): Operations {
	const { engine, control, origins, targets, contextOf, wake } = options;
	const { status, store } = engine;
	const started = timestamp(engine);

	function documentOf(state: ApplicationState): ApplicationDocument | undefined {
		return state.removal?.application ?? control.current().applications.get(state.name);
	}

	function unknown(name: string): AppError {
		return new AppError(`there is no Application ${name}`, {
			code: "ApplicationUnknown",
			kind: "notFound",
			hint: "`gitward get applications` lists them.",
		});
	}

	function known(name: string): { readonly state: ApplicationState; readonly document: ApplicationDocument } {
		const state = status.get(name);
		const document = state === undefined ? undefined : documentOf(state);
		if (state === undefined || document === undefined) throw unknown(name);
		return { state, document };
	}

	function context(name: string, signal: AbortSignal = never): ApplicationContext {
		const found = contextOf(name, signal);
		if (found === undefined) throw unknown(name);
		return found;
	}

	const summaries = (): ReturnType<Operations["applications"]> =>
		[...status.all()]
			.flatMap((state) => {
				const document = documentOf(state);
				return document === undefined ? [] : [summaryView(state, document, started)];
			})
			.toSorted((a, b) => (a.name < b.name ? -1 : 1));

	async function objects(name: string, signal?: AbortSignal): ReturnType<Operations["objects"]> {
		const { state } = known(name);
		const owned = await store.inventory(name);
		try {
			const application = context(name, signal);
			return objectViews(state, owned, await targetOf(engine, application).health(name, owned, application.options));
		} catch (error) {
			signal?.throwIfAborted();
			const { kind, message } = toAppError(error);
			if (kind === "internal") throw error;
			// What cannot be reached is owned all the same.
			return objectViews(
				state,
				owned,
				owned.map(({ key }) => ({ key, status: "Unknown", message })),
			);
		}
	}

	function event(name: string, type: string, message: string, by: Actor, severity: NewEvent["severity"] = "info"): NewEvent {
		const { state } = known(name);
		return { type, severity, message, application: name, environment: state.environment, by };
	}

	async function settled(name: string, signal: AbortSignal = never): Promise<void> {
		for (;;) {
			signal.throwIfAborted();
			const { state } = known(name);
			if (isSettled(state)) {
				// Writes are durable in their order: when this one is, what was seen is.
				await store.write([]);
				return;
			}
			const isIdle = state.request === undefined && state.sync === undefined;
			const holds = state.holds.filter((hold) => hold.reason === "Suspended" || (isIdle && needsPerson.has(hold.reason)));
			const failure = isIdle ? (state.renderFailure ?? state.attempt?.failure) : undefined;
			if (holds.length > 0)
				throw new AppError(holds.map((hold) => hold.message).join("; "), { code: holds[0]?.reason ?? "Held", kind: "waiting" });
			if (failure !== undefined && (failure.kind === "invalid" || failure.kind === "denied")) {
				throw new AppError(failure.message, {
					code: failure.code,
					kind: "waiting",
					...(failure.hint === undefined ? {} : { hint: failure.hint }),
				});
			}
			await new Promise<void>((resolve) => {
				const done = (): void => {
					stop();
					signal.removeEventListener("abort", done);
					resolve();
				};
				const stop = status.onChange((changed) => {
					if (changed.name === name) done();
				});
				signal.addEventListener("abort", done, { once: true });
			});
		}
	}

	async function children(name: string, signal?: AbortSignal): Promise<readonly ChildView[]> {
		known(name);
		const application = context(name, signal);
		const found = await targetOf(engine, application).children?.(name, await store.inventory(name), application.options);
		return (found ?? []).map(childView);
	}

	/** Key of a child that is called so. */
	async function childNamed(name: string, object: string, signal?: AbortSignal): Promise<string | undefined> {
		return (await children(name, signal)).find((each) => each.logs && (each.key === object || each.name === object))?.key;
	}

	async function* logs(
		name: string,
		object: string | undefined,
		given: { readonly tail: number; readonly follow: boolean; readonly signal?: AbortSignal },
	): AsyncGenerator<LogLine & { readonly object: string }> {
		known(name);
		const application = context(name, given.signal);
		const owned = await store.inventory(name);
		const chosen =
			object === undefined
				? owned.find((each) => each.ref.kind !== "Job" && printing.has(each.ref.kind))?.key
				: (owned.find((each) => each.key === object || each.ref.name === object)?.key ?? (await childNamed(name, object, given.signal)));
		if (chosen === undefined) {
			throw new AppError(object === undefined ? `${name} has nothing that prints logs` : `${name} owns no Object ${object}`, {
				code: "ObjectUnknown",
				kind: "notFound",
				hint: `\`gitward tree ${name}\` lists its Objects.`,
			});
		}
		for await (const line of targetOf(engine, application).logs(name, chosen, given)) yield { ...line, object: chosen };
	}

	return {
		control: () => control.view(),
		environments: () => {
			const all = summaries();
			return [...control.current().environments.values()]
				.map((document) =>
					environmentView(
						document,
						all.filter((application) => application.environment === document.metadata.name),
						targets.failure(document.metadata.name),
						started,
					),
				)
				.toSorted((a, b) => (a.name < b.name ? -1 : 1));
		},
		repositories: () => {
			const counts = new Map<string, number>();
			for (const document of control.current().applications.values())
				counts.set(document.spec.repository, (counts.get(document.spec.repository) ?? 0) + 1);
			return origins.views(counts);
		},
		applications: summaries,
		async application(name, given = {}) {
			const { state, document } = known(name);
			return {
				...summaryView(state, document, started),
				inventory: [...(await objects(name, given.signal))],
				warnings: [...(state.rendered?.warnings ?? []), ...(state.skipped ?? []), ...(state.warnings ?? [])],
			};
		},
		objects: (name, given = {}) => objects(name, given.signal),
		children: (name, given = {}) => children(name, given.signal),
		async notes(name, given = {}) {
			known(name);
			const application = context(name, given.signal);
			const found = await targetOf(engine, application).notes?.(name, await store.inventory(name), application.options);
			return (found ?? []).map((note) => ({ ...note }));
		},
		async history(name, page) {
			const found = await store.history(name, page);
			if (found.items.length === 0) known(name);
			return { ...found, items: found.items.map(toEntry) };
		},
		events: (query) => store.events(query),
		subscribe: (listener) => status.subscribe(listener),
		async plan(name, given = {}) {
			known(name);
			return planApplication(engine, context(name, given.signal), options.overlay, given.workingTree);
		},
		async affected(workingTree, given = {}) {
			if (origins.document(workingTree.repository) === undefined) {
				throw new AppError(`there is no Repository ${workingTree.repository}`, { code: "RepositoryUnknown", kind: "notFound" });
			}
			const names: string[] = [];
			for (const name of control.current().applications.keys()) {
				const application = contextOf(name, given.signal ?? never);
				if (application !== undefined && (await isAffected(engine, application, workingTree, options.overlay))) names.push(name);
			}
			return names.toSorted();
		},
		async sync(name, { by, confirm }) {
			const { document, state } = known(name);
			if (state.removal === undefined) await origins.refreshed(document.spec.repository);
			await status.update(
				name,
				{ request: { by, trigger: "manual", ...(confirm === undefined ? {} : { confirm }) } },
				{
					events: [
						event(
							name,
							"SyncRequested",
							confirm === undefined ? "a Sync was asked for" : `a Sync was asked for, plan ${confirm} confirmed`,
							by,
						),
					],
				},
			);
			wake(name);
		},
		async rollback(name, { by, to }) {
			known(name);
			const entry = await store.historyEntry(name, to);
			if (entry === undefined)
				throw new AppError(`history of ${name} has no entry ${to}`, {
					code: "HistoryUnknown",
					kind: "notFound",
					hint: `\`gitward history ${name}\` lists them.`,
				});
			if (!entry.rollback || (await store.rendered(entry.desiredHash)) === undefined) {
				throw new AppError(`entry ${to} of ${name} did not succeed: nothing to go back to`, {
					code: "RollbackImpossible",
					kind: "conflict",
					hint: "Choose an entry that Succeeded.",
				});
			}
			const { state } = known(name);
			if (entry.environment !== state.environment) {
				throw new AppError(`entry ${to} of ${name} was applied in ${entry.environment}, not in ${state.environment}`, {
					code: "RollbackImpossible",
					kind: "conflict",
					hint: `Choose an entry of ${state.environment}.`,
				});
			}
			const bad = state.rendered ?? state.applied;
			const same = bad === undefined || bad.hash === entry.desiredHash;
			const message = same
				? `rolled back to ${shortRevision(entry.revision)}, which is what Git says: nothing is held`
				: `rolled back to ${shortRevision(entry.revision)}; ${shortRevision(bad.revision)} is held until a newer commit changes ${name}`;
			await status.update(
				name,
				{
					hold: same
						? undefined
						: {
								badHash: bad.hash,
								badRevision: bad.revision,
								pinned: { hash: entry.desiredHash, revision: entry.revision },
								by,
								at: timestamp(engine),
							},
					request: { by, trigger: "rollback" },
					attempt: undefined,
				},
				{ events: [event(name, "RolledBack", message, by, "warning")] },
			);
			await wakeTakers(engine, state.environment);
			wake(name);
		},
		async suspend(name, { by }) {
			await status.update(
				name,
				{ suspended: { by, at: timestamp(engine) } },
				{ events: [event(name, "Suspended", "nothing is synced or repaired until resume", by)] },
			);
			wake(name);
		},
		async resume(name, { by }) {
			const { document, state } = known(name);
			if (document.spec.suspend) {
				throw new AppError(`${name} is suspended by its document`, {
					code: "SuspendedInGit",
					kind: "conflict",
					hint: "Remove spec.suspend from the Application in the control documents.",
				});
			}
			await status.update(
				name,
				{ suspended: undefined, attempt: undefined, holds: [], ...(state.suspended === undefined ? { hold: undefined } : {}) },
				{ events: [event(name, "Resumed", "goes on with what Git says", by)] },
			);
			wake(name);
		},
		refresh(repository) {
			if (origins.document(repository) === undefined)
				throw new AppError(`there is no Repository ${repository}`, { code: "RepositoryUnknown", kind: "notFound" });
			origins.refresh(repository);
			control.refresh();
		},
		logs,
		settled: (name, given = {}) => settled(name, given.signal),
		ready: options.ready,
	};
}
