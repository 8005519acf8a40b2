import { AppError } from "../core/app-error.ts";
import { type ApplicationState, newApplicationState } from "../core/application-state.ts";
import type { ApplicationDocument } from "../core/documents/application.ts";
import type { ControlSet } from "../core/documents/documents.ts";
import type { EnvironmentDocument } from "../core/documents/environment.ts";
import { parseDuration } from "../core/documents/metadata.ts";
import type { RepositoryDocument } from "../core/documents/repository.ts";
import { isSettled } from "../core/summarise.ts";
import { createPriorityQueue } from "../lib/priority-queue.ts";
import type { Clock } from "../ports/clock.ts";
import type { Driver, TargetEvent } from "../ports/driver.ts";
import type { Log } from "../ports/log.ts";
import type { Rendering } from "../ports/rendering.ts";
import type { RepositoryAdapter } from "../ports/repository.ts";
import type { Store } from "../ports/store.ts";
import { type ApplicationContext, type EngineContext, settingsOf } from "./context.ts";
import { type Control, type ControlSource, createControl } from "./control.ts";
import type { ControlFile } from "./control-folder.ts";
import { failureOf } from "./failure.ts";
import { createOperations } from "./operate.ts";
import type { Operations } from "./operations.ts";
import { createOrigins } from "./origins.ts";
import type { OverlayTree } from "./plan.ts";
import { reconcile, type Watched } from "./reconcile.ts";
import { newHandoverMemory } from "./stages/handover.ts";
import { needsRender } from "./stages/render.ts";
import { wakeTakers } from "./stages/takers.ts";
import { openStatus } from "./status.ts";
import { createTargets } from "./targets.ts";

/** When an Application is looked at again whose state could not even be written, in milliseconds. */
const afterErrorMs = 10_000;

/** Lower runs first. */
export const priority = { person: 0, drift: 1, revision: 2, sweep: 3 } as const;

export interface EngineOptions {
	readonly store: Store;
	readonly repositories: RepositoryAdapter;
	readonly rendering: Rendering;
	readonly drivers: readonly Driver[];
	readonly control: ControlSource;
	/** Checks control files as a whole; throws `invalid` with every problem in its message. */
	readonly check: (files: readonly ControlFile[]) => ControlSet;
	readonly overlay: OverlayTree;
	/** Folder for the Drivers' own state. */
	readonly home: string;
	/** Names this Gitward on its targets, 12 hex digits: the same after the store was lost. */
	readonly instance: string;
	/** Relative paths of targets are taken from here. */
	readonly base: string;
	readonly clock: Clock;
	readonly log: Log;
	readonly random?: () => number;
	/** Applications that are worked on at once. Default 64: workers mostly wait for disk and network. */
	readonly concurrency?: number;
}

export interface Engine {
	readonly operations: Operations;
	/** What the figures speak of. */
	readonly counters: Readonly<EngineContext["counters"]>;
	/** Reads the store and the control documents and begins to work. */
	start(): Promise<void>;
	/** A push to the hosted repository of this name: fetch soon. */
	pushed(hosted: string): void;
	/** Ends what runs within its limits and lets everything go. */
	close(): Promise<void>;
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
	const { store, clock, log } = options;
	const random = options.random ?? Math.random;
	const status = await openStatus(store, clock);
	const watched: Watched = { tracked: new Set(), sweepDue: new Set() };
	const suspects: EngineContext["suspects"] = new Map();
	const counters = { renders: 0, applies: 0, reads: 0, writes: 0 };
	const sweeps = new Map<string, () => void>();
	let isReady = false;
	let closed = false;
	const life = new AbortController();

	const queue = createPriorityQueue({
		concurrency: options.concurrency ?? 64,
		clock,
		worker: (name, signal) => work(name, signal),
		onError: (error, name) => {
			if (closed) return;
			log.error("reconcile failed", { application: name, error });
			wake(name, priority.sweep, afterErrorMs * (0.5 + 0.5 * random()));
		},
	});
	const wake = (name: string, level: number, afterMs = 0): void => queue.add(name, level, { afterMs });

	const origins = createOrigins({
		adapter: options.repositories,
		status,
		clock,
		random,
		prefix: "repository",
		restore: await restored(store, "repository/"),
		onMoved: (name) => void repositoryMoved(name),
	});
	const targets = createTargets({
		drivers: options.drivers,
		home: options.home,
		instance: options.instance,
		requests: counters,
		blobs: { open: (name, signals) => openBlob(name, signals) },
		clock,
		log,
		random,
		onEvent: targetEvent,
		onMoved: (environment) => {
			for (const state of status.all()) {
				if (state.environment !== environment) continue;
				watched.tracked.delete(state.name);
				wake(state.name, priority.revision);
			}
		},
	});
	const control: Control = createControl({
		...options,
		source: options.control,
		adapter: options.repositories,
		status,
		random,
		onSet: putInForce,
	});
	const engine: EngineContext = {
		store,
		status,
		origins,
		targets,
		rendering: options.rendering,
		clock,
		log,
		random,
		control: () => control.current(),
		application: contextOf,
		requeue: (name, afterMs) => wake(name, priority.revision, afterMs),
		suspects,
		fights: new Map(),
		waiting: new Map(),
		handover: newHandoverMemory(),
		recent: new Map(),
		counters,
	};

	/** Who left Objects for others, and looks again when these have moved. */
	const givers = new Set<string>();
	const noteGiver = ({ name, left }: ApplicationState): void => {
		if (left === undefined || status.get(name) === undefined) givers.delete(name);
		else givers.add(name);
	};
	for (const state of status.all()) noteGiver(state);
	/** Dependents look again when what they wait for has arrived. */
	const settledBefore = new Set<string>();
	status.onChange((state) => {
		noteGiver(state);
		for (const giver of givers) if (status.get(giver)?.left?.some(({ to }) => to === state.name)) wake(giver, priority.revision);
		const settled = isSettled(state) && status.get(state.name) !== undefined;
		if (settled === settledBefore.has(state.name)) return;
		if (!settled) {
			settledBefore.delete(state.name);
			return;
		}
		settledBefore.add(state.name);
		for (const document of control.current().applications.values()) {
			if (document.spec.dependsOn.includes(state.name)) wake(document.metadata.name, priority.revision);
		}
	});

	async function openBlob(name: string, signals: { readonly signal?: AbortSignal } = {}): Promise<NodeJS.ReadableStream> {
		const [kind, repository, oid] = name.split("/");
		if (kind !== "git" || repository === undefined || oid === undefined) {
			throw new AppError(`${name} names no content that Gitward can open`, { code: "BlobUnknown", kind: "invalid" });
		}
		return origins.stream(repository, oid, signals);
	}

	function contextOf(name: string, signal: AbortSignal): ApplicationContext | undefined {
		const state = status.get(name);
		const document = state?.removal?.application ?? control.current().applications.get(name);
		const environment =
			state?.removal?.environment ?? (document === undefined ? undefined : control.current().environments.get(document.spec.environment));
		if (state === undefined || document === undefined || environment === undefined) return undefined;
		if (targets.document(environment.metadata.name) === undefined) return undefined;
		const driver = targets.driver(environment.metadata.name);
		const settings = settingsOf(document, control.current().projects.get(document.spec.project), driver, environment);
		return { name, document, environment, driver, options: { signal, settings }, signal };
	}

	async function work(name: string, signal: AbortSignal): Promise<void> {
		const application = contextOf(name, signal);
		if (application !== undefined) await reconcile(engine, application, watched);
	}

	function targetEvent(environment: string, event: TargetEvent): void {
		if (closed) return;
		const { application, key, message } = event;
		if (event.type === "changed") {
			const known = suspects.get(application);
			if (key === undefined) suspects.set(application, "all");
			else if (known !== "all") suspects.set(application, new Set([...(known ?? []), key]));
		}
		if (message !== undefined) {
			const told = status.tell([
				{ type: "ObjectEvent", severity: "warning", message, application, environment, ...(key === undefined ? {} : { object: key }) },
			]);
			told.catch((error: unknown) => log.error("event could not be written", { error }));
		}
		wake(application, priority.drift);
	}

	/** Wakes just the Applications whose inputs changed. */
	async function repositoryMoved(repository: string): Promise<void> {
		for (const document of control.current().applications.values()) {
			const { name } = document.metadata;
			const state = status.get(name);
			const reads = document.spec.repository === repository || state?.rendered?.inputs.some(([other]) => other === repository) === true;
			if (state?.renderFailure === undefined && !reads) continue;
			const application = contextOf(name, life.signal);
			if (application === undefined || life.signal.aborted) continue;
			const needed = await needsRender(engine, application).catch(
				(error: unknown) => failureOf(error).kind !== "waiting" || state?.rendered === undefined,
			);
			if (needed) wake(name, priority.revision);
		}
	}

	/** Puts a set of documents in force: opens and closes Repositories and Environments, takes up and retires Applications. */
	async function putInForce(set: ControlSet, before: ControlSet): Promise<void> {
		demandSameTargets(set, before);
		const writes: Promise<void>[] = [];
		for (const state of status.all()) {
			const document = set.applications.get(state.name);
			if (document !== undefined) {
				if (state.removal !== undefined) writes.push(status.update(state.name, { removal: undefined, holds: [] }));
				const leaving =
					document.spec.environment === state.environment
						? undefined
						: (state.leaving ?? before.environments.get(state.environment) ?? set.environments.get(state.environment));
				if (leaving !== state.leaving) writes.push(status.update(state.name, { leaving }));
			} else if (state.removal === undefined) {
				writes.push(status.update(state.name, { removal: removalOf(state, before, set) }));
			}
		}
		for (const document of set.applications.values()) {
			const { name } = document.metadata;
			if (status.get(name) === undefined) writes.push(status.update(name, newApplicationState(name, document.spec.environment)));
		}
		await Promise.all(writes);
		const environments = new Map<string, EnvironmentDocument>(set.environments);
		for (const state of status.all()) {
			if (state.removal !== undefined && !environments.has(state.removal.environment.metadata.name)) {
				environments.set(state.removal.environment.metadata.name, state.removal.environment);
			}
			if (state.leaving !== undefined && !environments.has(state.environment)) environments.set(state.environment, state.leaving);
		}
		await origins.set(set.repositories);
		await targets.set(environments, options.base);
		scheduleSweeps(environments);
		for (const state of status.all()) {
			const document = set.applications.get(state.name);
			const same =
				document !== undefined &&
				JSON.stringify(document) === JSON.stringify(before.applications.get(state.name)) &&
				sameSurroundings(document, set, before);
			if (same) continue;
			if (state.attempt !== undefined) await status.update(state.name, { attempt: undefined });
			if (state.drift.length > 0 && !suspects.has(state.name)) suspects.set(state.name, new Set(state.drift.map((each) => each.key)));
			wake(state.name, priority.revision);
		}
		for (const name of set.environments.keys()) await wakeTakers(engine, name);
		for (const giver of givers) wake(giver, priority.revision);
	}

	/** The Inventory speaks of the target that it was made in: what owns Objects does not follow to another one unasked. */
	function demandSameTargets(set: ControlSet, before: ControlSet): void {
		for (const [name, document] of set.environments) {
			const known = before.environments.get(name);
			if (known === undefined || JSON.stringify(known.spec.target) === JSON.stringify(document.spec.target)) continue;
			const owner = [...status.all()].find((state) => state.environment === name && (state.inventory > 0 || state.sync !== undefined));
			if (owner === undefined) continue;
			throw new AppError(`the target of Environment ${name} changed, but ${owner.name} still owns Objects there`, {
				code: "TargetChanged",
				kind: "invalid",
				hint: `Add a new Environment with the new target and move the Applications to it: what they own in ${name} is then deleted under the guard.`,
			});
		}
	}

	/** Whether a sweep would find nothing to do: the target is told of every change, and no chart of a registry may have moved. */
	function isAtRest(state: ApplicationState): boolean {
		if (!isSettled(state) || !watched.tracked.has(state.name) || suspects.has(state.name)) return false;
		if (state.holds.length > 0 || state.rendered?.inputs.some(([repository]) => repository.includes("://")) === true) return false;
		return targets.opened(state.environment)?.isAsApplied?.(state.name) === true;
	}

	/** Once per Environment and `policy.sweep`, everything is compared although nothing said so. */
	function scheduleSweeps(environments: ReadonlyMap<string, EnvironmentDocument>): void {
		for (const cancel of sweeps.values()) cancel();
		sweeps.clear();
		for (const [name, document] of environments) {
			const every = parseDuration(document.spec.policy.sweep);
			const again = (): void => {
				sweeps.set(
					name,
					clock.after(every * (0.9 + 0.2 * random()), () => {
						for (const state of status.all()) {
							if (state.environment !== name || isAtRest(state)) continue;
							watched.sweepDue.add(state.name);
							wake(state.name, priority.sweep);
						}
						again();
					}),
				);
			};
			again();
		}
	}

	return {
		operations: createOperations({
			engine,
			control,
			origins,
			targets,
			contextOf,
			wake: (name) => wake(name, priority.person),
			overlay: options.overlay,
			ready: () => isReady,
		}),
		counters,
		async start() {
			await control.start();
			for (const state of status.all()) wake(state.name, priority.sweep);
			isReady = true;
		},
		pushed(hosted) {
			origins.hostedMoved(hosted);
			control.refresh();
		},
		async close() {
			if (closed) return;
			closed = true;
			life.abort();
			for (const cancel of sweeps.values()) cancel();
			await control.close();
			await queue.close();
			await origins.close();
			await targets.close();
		},
	};
}

async function restored(store: Store, prefix: string): ReturnType<Store["values"]> {
	const values = await store.values(prefix);
	return new Map([...values].map(([key, value]) => [key.slice(prefix.length), value]));
}

/** What the removal of an Application needs to know of the documents that named it last. */
function removalOf(
	{ name, environment, leaving }: ApplicationState,
	before: ControlSet,
	set: ControlSet,
): { readonly application: ApplicationDocument; readonly environment: EnvironmentDocument } | undefined {
	const application = before.applications.get(name);
	const target = leaving ?? before.environments.get(environment) ?? set.environments.get(environment);
	return application === undefined || target === undefined ? undefined : { application, environment: target };
}

/** Whether what an Application's documents refer to stayed the same. */
function sameSurroundings(document: ApplicationDocument, set: ControlSet, before: ControlSet): boolean {
	const pairs: readonly (readonly [
		RepositoryDocument | EnvironmentDocument | undefined,
		RepositoryDocument | EnvironmentDocument | undefined,
	])[] = [
		[set.repositories.get(document.spec.repository), before.repositories.get(document.spec.repository)],
		[set.environments.get(document.spec.environment), before.environments.get(document.spec.environment)],
	];
	const project = JSON.stringify(set.projects.get(document.spec.project)) === JSON.stringify(before.projects.get(document.spec.project));
	return project && pairs.every(([now, then]) => JSON.stringify(now) === JSON.stringify(then));
}
