import { AppError, toAppError } from "../../core/app-error.ts";
import { type Failure, runs, type SyncRequest, type SyncState } from "../../core/application-state.ts";
import { nextDelay } from "../../core/backoff.ts";
import type { Change } from "../../core/change.ts";
import { parseDuration } from "../../core/documents/metadata.ts";
import { deletedKeys, guardDeletion } from "../../core/guard.ts";
import { hashObject } from "../../core/hash.ts";
import type { Health } from "../../core/health.ts";
import { leaveHolds } from "../../core/leave.ts";
import { foreignHolds, isPassing, rollbackHolds } from "../../core/next-step.ts";
import { type HookPhase, keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import { optionsOf } from "../../core/object-options.ts";
import { shortRevision } from "../../core/revision.ts";
import type { HistoryEntry } from "../../core/views/application.ts";
import type { Actor } from "../../core/views/common.ts";
import { type Stage, stagesOf } from "../../core/waves.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import type { Write } from "../../ports/store.ts";
import { type ApplicationContext, type EngineContext, stateOf, targetOf, timestamp, without } from "../context.ts";
import { failureOf } from "../failure.ts";
import { automation, type NewEvent } from "../status.ts";
import { demandStays, whileGoing } from "./going.ts";
import { healthOf } from "./health.ts";
import { type Comparison, compare, keepOf } from "./observe.ts";
import { demandKinds } from "./project.ts";
import { locateObject } from "./render.ts";
import { renderedObjects } from "./rendered.ts";

/** Most Objects whose results wait in memory before they are written. */
const flushEvery = 200;
/** Most warnings of a target that are kept of one Sync. */
const maxWarnings = 50;
/** When a Sync is taken up again that found its Environment being opened, in milliseconds, should nothing say so sooner. */
const waitMs = 1000;

/** A Sync as it is carried out. */
export interface Running {
	readonly engine: EngineContext;
	readonly application: ApplicationContext;
	readonly comparison: Comparison;
	/** What a person asked for when this try began. */
	readonly request: SyncRequest | undefined;
	readonly owned: Map<ObjectKey, OwnedObject>;
	/** Results not yet written. */
	readonly pending: Map<ObjectKey, OwnedObject>;
	readonly gone: Set<ObjectKey>;
	/** What the target had to say that stops nothing. */
	readonly warnings: Set<string>;
	sync: SyncState;
	/** Health of all that is owned, where nothing was done since it was looked at. */
	seen?: Health | undefined;
}

export interface SyncTarget {
	readonly hash: string;
	readonly revision: string;
}

/**
 * One try, or the continuation of one, to bring an Application to a rendered hash: plan, guard, claim, apply by waves with health
 * between, hooks, prune. Safe to repeat after a kill at any instant: it looks at what is there and goes on. Waiting for health
 * returns and is looked at again when health moves.
 */
export async function syncStage(
	engine: EngineContext,
	application: ApplicationContext,
	target: SyncTarget,
	trigger: SyncState["trigger"],
): Promise<void> {
	const { name, environment, signal } = application;
	const { request } = stateOf(engine, name);
	let running = takeUp(engine, application, target, request);
	engine.suspects.delete(name);
	try {
		if (running !== undefined) {
			if (await isHealthy(running, undefined)) await succeed(running);
			return;
		}
		const objects = await renderedObjects(engine, target.hash);
		demandKinds(engine.control().projects.get(application.document.spec.project), objects);
		const before = stateOf(engine, name);
		const resumes = before.sync?.hash === target.hash || before.attempt?.hash === target.hash;
		const comparison = await compare(engine, application, objects, { purpose: "sync", resumes });
		const guard = guardDeletion({
			plan: comparison.plan,
			inventorySize: comparison.owned.length,
			maxDeletePercent: environment.spec.policy.maxDeletePercent,
			...(request?.confirm === undefined ? {} : { confirmed: request.confirm }),
			...(before.sync?.hash === target.hash && before.sync.deletes !== undefined ? { before: before.sync.deletes } : {}),
		});
		if (!guard.allowed) return await holdDeletion(engine, application, request, guard.message, guard.confirm);
		running = await begin(engine, application, target, trigger, request, comparison);
		await walk(running);
	} catch (error) {
		if (signal.aborted) throw error;
		if (running !== undefined) await flush(running);
		// The Environment is being opened, or another Application comes first, for a moment.
		if (failureOf(error).kind === "waiting") return engine.requeue(name, toAppError(error).retryAfterMs ?? waitMs);
		await fail(engine, application, target, trigger, request, failureOf(error), error);
	}
}

/** Most Syncs that are kept at hand while they only wait for health; others compare anew what they find. */
const maxWaiting = 200;

/** A Sync that had nothing left to do but to wait for health, where nothing says that anything is otherwise since. */
function takeUp(
	engine: EngineContext,
	application: ApplicationContext,
	target: SyncTarget,
	request: SyncRequest | undefined,
): Running | undefined {
	const { name } = application;
	const kept = engine.waiting.get(name);
	engine.waiting.delete(name);
	if (kept === undefined || engine.suspects.has(name) || kept.request !== request) return undefined;
	if (kept.sync !== stateOf(engine, name).sync || kept.sync.hash !== target.hash) return undefined;
	return { ...kept, application };
}

async function holdDeletion(
	engine: EngineContext,
	application: ApplicationContext,
	request: SyncRequest | undefined,
	message: string,
	confirm: string,
): Promise<void> {
	const state = stateOf(engine, application.name);
	const isNews = state.holds.every((hold) => hold.confirm !== confirm);
	await engine.status.update(
		application.name,
		{
			...without(engine, application.name, request),
			sync: undefined,
			holds: [...rollbackHolds(state), { reason: "DeletionGuard", message, confirm }],
		},
		{
			writes: state.sync === undefined ? [] : [historyOf(engine, application, state.sync, "Interrupted", message)],
			events: isNews
				? [
						{
							type: "DeletionHeld",
							severity: "warning",
							message,
							application: application.name,
							environment: application.environment.metadata.name,
						},
					]
				: [],
		},
	);
}

function historyOf(
	engine: EngineContext,
	application: ApplicationContext,
	sync: SyncState,
	result: HistoryEntry["result"],
	message: string,
	error?: Change,
): Write {
	const ended = result === "Running" ? {} : { finished: timestamp(engine) };
	return {
		type: "history",
		keep: application.document.spec.historyLimit,
		entry: {
			id: sync.id,
			application: application.name,
			environment: application.environment.metadata.name,
			revision: sync.revision,
			trigger: sync.trigger,
			by: sync.by,
			started: sync.started,
			...ended,
			...(sync.commit === undefined ? {} : { commit: sync.commit }),
			result,
			message,
			changes: [
				...sync.done.map(({ key, action }) => ({ key, action })),
				...(error === undefined ? [] : [{ key: error.key, action: error.action, error: message }]),
			],
			rollback: result === "Succeeded",
			desiredHash: sync.hash,
		},
	};
}

function syncEvent(
	application: ApplicationContext,
	type: string,
	severity: NewEvent["severity"],
	message: string,
	sync: { readonly revision: string; readonly by: Actor },
): NewEvent {
	return {
		type,
		severity,
		message,
		application: application.name,
		environment: application.environment.metadata.name,
		revision: sync.revision,
		by: sync.by,
	};
}

/** Starts a Sync or takes up one that was cut off, and claims what it will make: recorded before anything is made. */
async function begin(
	engine: EngineContext,
	application: ApplicationContext,
	target: SyncTarget,
	trigger: SyncState["trigger"],
	request: SyncRequest | undefined,
	comparison: Comparison,
): Promise<Running> {
	const { name, document, environment, signal } = application;
	const state = stateOf(engine, name);
	const owned = new Map(comparison.owned.map((object) => [object.key, object]));
	const claims: OwnedObject[] = [];
	for (const change of comparison.plan.changes) {
		if (change.hook !== undefined || change.action === "delete" || change.action === "skip" || owned.has(change.key)) continue;
		const giver = comparison.takes.get(change.key);
		claims.push({
			key: change.key,
			ref: change.ref,
			created: giver?.object.created ?? !comparison.foreign.has(change.key),
			desiredHash: "",
			record: null,
			...keepOf(change),
		});
	}
	const writes: Write[] = [];
	const events: NewEvent[] = [];
	const taken = claims.map(({ key }) => key).filter((key) => comparison.takes.has(key));
	const givers = Map.groupBy(taken, (key) => comparison.takes.get(key)?.application ?? "");
	for (const [giver, keys] of givers) {
		writes.push({ type: "disown", application: giver, keys });
		engine.waiting.delete(giver);
	}
	const owning = [...comparison.recovered, ...claims];
	if (owning.length > 0) writes.push({ type: "own", application: name, environment: environment.metadata.name, objects: owning });
	let { sync } = state;
	if (sync !== undefined && sync.hash !== target.hash) {
		writes.push(historyOf(engine, application, sync, "Interrupted", `superseded by ${shortRevision(target.revision)}`));
		sync = undefined;
	}
	if (sync === undefined) {
		const again = state.attempt?.hash === target.hash ? state.attempt : undefined;
		const cause =
			state.rendered?.hash === target.hash ? state.rendered.cause : { repository: document.spec.repository, revision: target.revision };
		const commit = await engine.origins.commit(cause.repository, cause.revision, { signal });
		const number = again?.id ?? String((state.syncs ?? 0) + 1);
		sync = {
			id: number,
			hash: target.hash,
			revision: target.revision,
			trigger,
			by: request?.by ?? (commit === undefined || trigger === "retry" ? automation : { name: commit.author, via: "git" }),
			started: timestamp(engine),
			deletes: deletedKeys(comparison.plan),
			hooks: [],
			done: [],
			...(commit === undefined ? {} : { commit: { author: commit.author, subject: commit.subject, time: commit.time } }),
		};
		writes.push(historyOf(engine, application, sync, "Running", ""));
		demandStays(engine, environment.metadata.name, taken);
		events.push(syncEvent(application, "SyncStarted", "info", `Sync ${number} to ${shortRevision(target.revision)}`, sync));
		await engine.status.update(
			name,
			{
				sync,
				holds: rollbackHolds(stateOf(engine, name)),
				environment: environment.metadata.name,
				syncs: Number(number),
				...(state.applied === undefined ? {} : { applied: { ...state.applied, partial: true } }),
			},
			{ writes, events },
		);
	} else if (writes.length > 0) {
		demandStays(engine, environment.metadata.name, taken);
		await engine.status.update(name, {}, { writes });
	}
	for (const giver of givers.keys()) engine.requeue(giver, 0);
	for (const claim of claims) owned.set(claim.key, claim);
	return { engine, application, comparison, request, owned, pending: new Map(), gone: new Set(), warnings: new Set(), sync };
}

/** Walks through the stages of the plan; returns early where health is waited for. */
async function walk(running: Running): Promise<void> {
	const { comparison } = running;
	const stages = stagesOf(comparison.plan);
	const waves = stages.filter((stage) => stage.kind === "wave");
	let healthy = false;
	for (const stage of stages) {
		if (stage.kind === "hooks") {
			if (stage.phase === "PostSync" && !healthy) {
				if (!(await isHealthy(running, undefined))) return;
				healthy = true;
			}
			await flush(running);
			if (stage.phase !== "SyncFail") await runHooks(running, stage);
		} else if (stage.kind === "wave") {
			await applyWave(running, stage);
			if (stage === waves.at(-1)) continue;
			await flush(running);
			if (!(await isHealthy(running, stage))) return;
		} else {
			if (!healthy && !(await isHealthy(running, undefined))) return;
			healthy = true;
			await flush(running);
			const keys = stage.changes.filter((change) => change.action === "delete").map((change) => change.key);
			await whileGoing(running.engine, running.application, keys, async (ours) => {
				for (const change of stage.changes) await deleteObject(running, change, ours);
				await flush(running);
			});
		}
	}
	if (!healthy && !(await isHealthy(running, undefined))) return;
	await succeed(running);
}

function appliedOf({ engine, sync }: Running): { readonly hash: string; readonly revision: string; readonly at: string } {
	return { hash: sync.hash, revision: sync.revision, at: timestamp(engine) };
}

/** Applies a wave: rank after rank, and what has the same rank side by side as far as the Driver allows. Ends at the first rank with failures. */
async function applyWave(running: Running, stage: Stage): Promise<void> {
	const { driver } = running.application;
	let rank: Change[] = [];
	for (const [index, change] of stage.changes.entries()) {
		rank.push(change);
		const next = stage.changes[index + 1];
		if (next !== undefined && driver.parallel > 1 && driver.rank(next.ref) === driver.rank(change.ref)) continue;
		await sideBySide(rank, driver.parallel, (each) => applyChange(running, each));
		rank = [];
	}
}

/** Works on some at a time; after a failure none is begun any more, and those under way are awaited. Throws the first failure. */
async function sideBySide<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	const errors: unknown[] = [];
	const worker = async (): Promise<void> => {
		for (const item of queue) {
			if (errors.length > 0) return;
			try {
				await work(item);
			} catch (error) {
				errors.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
	if (errors.length > 0) throw errors[0];
}

async function applyChange(running: Running, change: Change): Promise<void> {
	const { engine, application, owned } = running;
	if (change.action === "skip" || change.desired === undefined) return;
	const hash = hashObject(change.desired);
	const before = owned.get(change.key);
	if (change.action === "unchanged" && before?.desiredHash === hash) return;
	running.seen = undefined;
	const { record, existed, warnings } = await targetOf(engine, application)
		.apply(application.name, change.action === "unchanged" ? { ...change, action: "update" } : change, before, application.options)
		.catch(async (error: unknown) => Promise.reject(await withPlace(running, change, error)));
	engine.counters.applies += 1;
	for (const warning of warnings ?? []) if (running.warnings.size < maxWarnings) running.warnings.add(`${change.key}: ${warning}`);
	const entry: OwnedObject = {
		key: change.key,
		ref: change.ref,
		created: existed !== true && (before?.created ?? true),
		desiredHash: hash,
		record,
		...keepOf(change),
	};
	owned.set(change.key, entry);
	running.pending.set(change.key, entry);
	if (change.action !== "unchanged")
		running.sync = { ...running.sync, done: [...running.sync.done, { key: change.key, action: change.action }] };
	if (running.pending.size >= flushEvery) await flush(running);
}

/** An error about what Git says, with the file and the line that say it. */
async function withPlace({ engine, application, sync }: Running, change: Change, error: unknown): Promise<unknown> {
	if (!(error instanceof AppError) || error.kind !== "invalid" || error.place !== undefined) return error;
	if (stateOf(engine, application.name).rendered?.hash !== sync.hash) return error;
	const place = await locateObject(engine, application, change.key, error.field);
	if (place === undefined) return error;
	const { message, code, kind, hint, field } = error;
	const where = `${place.file}${place.line === undefined ? "" : `:${place.line}`}`;
	return new AppError(`${where}: ${message}`, {
		code,
		kind,
		place,
		cause: error,
		...(hint === undefined ? {} : { hint }),
		...(field === undefined ? {} : { field }),
	});
}

async function deleteObject(running: Running, change: Change, ours: ReadonlySet<ObjectKey>): Promise<void> {
	const { engine, application, owned } = running;
	const entry = owned.get(change.key);
	if (entry === undefined) return;
	if (change.release === true) {
		owned.delete(change.key);
		running.gone.add(change.key);
	}
	if (change.action !== "delete") return;
	if (!ours.has(change.key)) {
		owned.delete(change.key);
		return;
	}
	await targetOf(engine, application).apply(application.name, change, entry, application.options);
	engine.counters.applies += 1;
	owned.delete(change.key);
	running.gone.add(change.key);
	running.sync = { ...running.sync, done: [...running.sync.done, { key: change.key, action: "delete" }] };
}

/** Writes what was done so far; a record is written after its Object, so a kill in between only repeats an apply that changes nothing. */
async function flush(running: Running): Promise<void> {
	const { engine, application } = running;
	const writes = unwritten(running);
	if (writes.length === 0) return;
	await engine.status.update(application.name, { sync: running.sync, inventory: running.owned.size }, { writes });
}

/** What was done and is not written yet; counts as written from now on. */
function unwritten({ application, pending, gone }: Running): Write[] {
	const writes: Write[] = [];
	const environment = application.environment.metadata.name;
	if (pending.size > 0) writes.push({ type: "own", application: application.name, environment, objects: [...pending.values()] });
	if (gone.size > 0) writes.push({ type: "disown", application: application.name, keys: [...gone] });
	pending.clear();
	gone.clear();
	return writes;
}

async function runHooks(running: Running, stage: Stage): Promise<void> {
	const { engine, application } = running;
	for (const change of stage.changes) {
		const id = `${stage.phase ?? "hook"} ${change.key}`;
		if (running.sync.hooks.includes(id)) continue;
		await targetOf(engine, application).apply(application.name, change, undefined, {
			...application.options,
			sync: `${running.sync.id} ${running.sync.started}`,
		});
		running.sync = {
			...running.sync,
			hooks: [...running.sync.hooks, id],
			done: [...running.sync.done, { key: change.key, action: stage.phase ?? "hook" }],
		};
		await engine.status.update(application.name, { sync: running.sync });
	}
}

/** Health of a wave's Objects, or of all that Git wants (what is to be pruned may be as ill as it likes); while it is not good the Sync waits, until its deadline. */
async function isHealthy(running: Running, wave: Stage | undefined): Promise<boolean> {
	const { engine, application, owned } = running;
	const keys = wave === undefined ? undefined : new Set(wave.changes.map((change) => change.key));
	const leaves = new Set(running.comparison.plan.changes.filter((change) => change.desired === undefined).map((change) => change.key));
	const objects = [...owned.values()].filter((object) => (keys === undefined ? !leaves.has(object.key) : keys.has(object.key)));
	await targetOf(engine, application).track(application.name, [...owned.values()], application.options);
	const health = await healthOf(engine, application, objects);
	if (health.status === "Healthy" || health.status === "Suspended") {
		running.seen = leaves.size === 0 && wave === undefined ? health : undefined;
		if (running.sync.healthDeadline !== undefined) {
			const { healthDeadline, ...rest } = running.sync;
			void healthDeadline;
			running.sync = rest;
		}
		return true;
	}
	const limit = parseDuration(application.document.spec.healthTimeout);
	const deadline = running.sync.healthDeadline ?? new Date(engine.clock.now() + limit).toISOString();
	const left = Math.min(Date.parse(deadline) - engine.clock.now(), limit);
	if (left <= 0) {
		throw new AppError(`not Healthy within ${application.document.spec.healthTimeout}: ${health.message}`, {
			code: "HealthTimeout",
			kind: "timeout",
			hint: `See \`gitward logs ${application.name}\` and \`gitward tree ${application.name}\`.`,
		});
	}
	running.sync = { ...running.sync, healthDeadline: deadline };
	// All waves are done and nothing comes after them: what was to be applied is applied, though not yet well.
	const isApplied =
		wave === undefined && leaves.size === 0 && running.comparison.plan.changes.every((change) => change.hook !== "PostSync");
	await engine.status.update(
		application.name,
		{
			sync: running.sync,
			health,
			inventory: owned.size,
			...(isApplied && !runs(stateOf(engine, application.name), running.sync.hash) ? { applied: appliedOf(running) } : {}),
		},
		{ writes: unwritten(running) },
	);
	if (isApplied && engine.waiting.size < maxWaiting) engine.waiting.set(application.name, running);
	engine.requeue(application.name, left + 1);
	return false;
}

async function succeed(running: Running): Promise<void> {
	const { engine, application, comparison, owned, sync, request } = running;
	const skipped = comparison.plan.changes.filter((change) => change.action === "skip" && change.reason !== undefined);
	const left = comparison.plan.changes.flatMap(({ key, leave }) => (leave === undefined || !owned.has(key) ? [] : [{ key, ...leave }]));
	const strange = skipped.filter(
		({ key, desired }) => desired !== undefined && !optionsOf(desired).ifAbsent && comparison.foreign.has(key),
	);
	const foreign = strange.map((change) => `${change.key} ${change.reason ?? ""}`);
	const done = sync.done.length === 0 ? "nothing to change" : `${sync.done.length} ${sync.done.length === 1 ? "change" : "changes"}`;
	const message = foreign.length === 0 ? done : `${done}, ${foreign.length} left alone: ${foreign[0] ?? ""}`;
	if (running.seen === undefined) await targetOf(engine, application).track(application.name, [...owned.values()], application.options);
	const health = running.seen ?? (await healthOf(engine, application, [...owned.values()]));
	await engine.status.update(
		application.name,
		{
			sync: undefined,
			...without(engine, application.name, request),
			attempt: undefined,
			drift: [],
			holds: [...rollbackHolds(stateOf(engine, application.name)), ...foreignHolds({ foreign }), ...leaveHolds(left)],
			foreign: foreign.length === 0 ? undefined : foreign,
			left: left.length === 0 ? undefined : left,
			applied: appliedOf(running),
			inventory: owned.size,
			lastSync: timestamp(engine),
			health,
			skipped: skipped.map((change) => `${change.key}: ${change.reason ?? ""}`),
			warnings: [...running.warnings],
		},
		{
			writes: [...unwritten(running), historyOf(engine, application, sync, "Succeeded", message)],
			events: [
				syncEvent(
					application,
					"SyncSucceeded",
					strange.length === 0 ? "info" : "warning",
					`Sync ${sync.id} to ${shortRevision(sync.revision)}: ${message}`,
					sync,
				),
			],
		},
	);
}

async function fail(
	engine: EngineContext,
	application: ApplicationContext,
	target: SyncTarget,
	trigger: SyncState["trigger"],
	request: SyncRequest | undefined,
	failure: Failure,
	error: unknown,
): Promise<void> {
	const { name, document } = application;
	if (failure.kind === "internal") engine.log.error("sync failed by a bug", { application: name, error });
	const state = stateOf(engine, name);
	const same = state.attempt?.hash === target.hash ? state.attempt : undefined;
	const count = (same?.count ?? 0) + 1;
	const { backoff, maxBackoff, limit } = document.spec.retry;
	const hopeless = failure.kind === "invalid" || failure.kind === "denied" || (!isPassing(failure) && count > limit);
	const delay = nextDelay({
		attempt: count,
		backoffMs: parseDuration(backoff),
		maxBackoffMs: parseDuration(maxBackoff),
		random: engine.random(),
	});
	const number = state.sync?.id ?? same?.id ?? String((state.syncs ?? 0) + 1);
	const sync: SyncState = state.sync ?? {
		id: number,
		hash: target.hash,
		revision: target.revision,
		trigger,
		by: request?.by ?? automation,
		started: timestamp(engine),
		hooks: [],
		done: [],
	};
	if (hopeless || same?.failure.message !== failure.message) await runFailHooks(engine, application, target.hash);
	await engine.status.update(
		name,
		{
			sync: undefined,
			...without(engine, name, request),
			syncs: Math.max(state.syncs ?? 0, Number(number)),
			lastSync: timestamp(engine),
			attempt: {
				id: number,
				hash: target.hash,
				count,
				failure,
				...(hopeless ? {} : { next: new Date(engine.clock.now() + delay).toISOString() }),
			},
		},
		{
			writes: [historyOf(engine, application, sync, "Failed", count === 1 ? failure.message : `${failure.message} (try ${count})`)],
			events:
				same?.failure.message === failure.message && !hopeless
					? []
					: [syncEvent(application, "SyncFailed", "error", failure.message, sync)],
		},
	);
	engine.requeue(name, hopeless ? 0 : delay);
}

/** Jobs for the failure of a Sync; their own failure is only told. */
async function runFailHooks(engine: EngineContext, application: ApplicationContext, hash: string): Promise<void> {
	const phase: HookPhase = "SyncFail";
	try {
		const objects = await renderedObjects(engine, hash);
		const hooks = objects.filter((object) => optionsOf(object).hooks.includes(phase));
		for (const desired of hooks) {
			const ref = refOf(desired);
			const change: Change = { key: keyOf(ref), ref, action: "create", wave: 0, hook: phase, differences: [], desired };
			await targetOf(engine, application).apply(application.name, change, undefined, application.options);
		}
	} catch (error) {
		if (application.signal.aborted) throw error;
		await engine.status.tell([
			{
				type: "HookFailed",
				severity: "error",
				message: failureOf(error).message,
				application: application.name,
				environment: application.environment.metadata.name,
			},
		]);
	}
}
