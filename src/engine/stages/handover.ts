import { AppError } from "../../core/app-error.ts";
import { type ApplicationState, runs, wantedOf } from "../../core/application-state.ts";
import type { ControlSet } from "../../core/documents/documents.ts";
import type { Leave } from "../../core/leave.ts";
import { keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import type { Owner } from "../../ports/store.ts";
import { type ApplicationContext, type EngineContext, stateOf } from "../context.ts";
import { followedRef, needsRender } from "./render.ts";
import { renderedObjects } from "./rendered.ts";

/** How long a Sync waits for the renders of others before it leaves to later what they may want, in milliseconds. */
const patienceMs = 1000;
/** When it looks again meanwhile, in milliseconds. */
const soonMs = 20;

/** What handing over remembers while the process lives; all of it can be found out again. */
export interface HandoverMemory {
	/** By what an Application wants: the keys of it. */
	readonly keys: WeakMap<object, ReadonlySet<ObjectKey>>;
	/** By a render: with which documents and after how many moves of Repositories it was found to be the newest. */
	readonly newest: WeakMap<object, { readonly control: ControlSet; readonly moves: number }>;
	/** Since when an Application waits for the renders of others, in monotonic milliseconds. */
	readonly waiting: Map<string, number>;
	/** Objects that are being deleted, by Environment and key: nobody takes them over any more. */
	readonly going: Set<string>;
}

export function newHandoverMemory(): HandoverMemory {
	return { keys: new WeakMap(), newest: new WeakMap(), waiting: new Map(), going: new Set() };
}

async function keysWanted(engine: EngineContext, wanted: NonNullable<ReturnType<typeof wantedOf>>): Promise<ReadonlySet<ObjectKey>> {
	const known = engine.handover.keys.get(wanted);
	if (known !== undefined) return known;
	const keys = new Set((await renderedObjects(engine, wanted.hash)).map((object) => keyOf(refOf(object))));
	engine.handover.keys.set(wanted, keys);
	return keys;
}

/** Of Objects that other Applications own, those that these no longer want: what they are to run does not hold them. */
export async function givenUp(engine: EngineContext, owners: ReadonlyMap<ObjectKey, Owner>): Promise<ReadonlyMap<ObjectKey, Owner>> {
	const given = new Map<ObjectKey, Owner>();
	for (const [key, owner] of owners) {
		const wanted = await wants(engine, owner.application);
		if (wanted !== undefined && !wanted.has(key)) given.set(key, owner);
	}
	return given;
}

/** What an Application wants; nothing where it is to go; undefined where that cannot be told. */
async function wants(engine: EngineContext, name: string): Promise<ReadonlySet<ObjectKey> | undefined> {
	const state = engine.status.get(name);
	const document = engine.control().applications.get(name);
	if (state === undefined || state.removal !== undefined) return new Set();
	if (state.environment !== document?.spec.environment) return new Set();
	const wanted = wantedOf(state);
	return wanted === undefined || state.renderFailure !== undefined ? undefined : keysWanted(engine, wanted);
}

/**
 * Of Objects that an Application would delete, those that it must not, as another Application of the Environment wants them or may.
 * With `patient`, throws `waiting` for a moment while others are being rendered.
 */
export async function leavesOf(
	engine: EngineContext,
	application: ApplicationContext,
	keys: readonly ObjectKey[],
	options: { readonly patient: boolean },
): Promise<ReadonlyMap<ObjectKey, Leave>> {
	const leaves = new Map<ObjectKey, Leave>();
	const { waiting } = engine.handover;
	const environment = application.environment.metadata.name;
	let unknown: string | undefined;
	if (keys.length === 0) return leaves;
	for (const document of engine.control().applications.values()) {
		const to = document.metadata.name;
		if (to === application.name || document.spec.environment !== environment) continue;
		const state = engine.status.get(to);
		const wanted = state === undefined ? undefined : wantedOf(state);
		if (state?.renderFailure !== undefined && state.renderFailure.kind !== "waiting") {
			if (await mayHaveGained(engine, application, state)) unknown ??= to;
		} else if (state === undefined || !isNewest(engine, state)) {
			const other = engine.application(to, application.signal);
			if (other === undefined || state === undefined || (await isStale(engine, other))) {
				if (options.patient && isPatient(engine, application.name)) throw beingRendered(to);
				unknown ??= to;
			}
		}
		if (state === undefined || wanted === undefined) continue;
		const isDone = runs(state, wanted.hash);
		if (isDone && (state.skipped ?? []).length === 0) continue;
		const theirs = await keysWanted(engine, wanted);
		for (const key of keys) if (theirs.has(key)) leaves.set(key, { to, why: isDone ? "shares" : "wants" });
	}
	if (unknown !== undefined) for (const key of keys) if (!leaves.has(key)) leaves.set(key, { to: unknown, why: "may" });
	waiting.delete(application.name);
	return leaves;
}

function isNewest(engine: EngineContext, { rendered }: ApplicationState): boolean {
	const found = rendered === undefined ? undefined : engine.handover.newest.get(rendered);
	return found !== undefined && found.control === engine.control() && found.moves === engine.origins.moves();
}

/** Whether an Application is not rendered as it is to be now; asked once for each move of Repositories. */
async function isStale(engine: EngineContext, other: ApplicationContext): Promise<boolean> {
	const { rendered } = stateOf(engine, other.name);
	const seen = { control: engine.control(), moves: engine.origins.moves() };
	if (rendered === undefined || (await needsRender(engine, other))) return true;
	engine.handover.newest.set(rendered, seen);
	return false;
}

/**
 * Whether an Application that cannot be rendered may want something that another one held when it was last synced: not where it was
 * as ill before, and a commit to both moved nothing into its folder.
 */
async function mayHaveGained(engine: EngineContext, application: ApplicationContext, ill: ApplicationState): Promise<boolean> {
	const { applied, removal } = stateOf(engine, application.name);
	const document = engine.control().applications.get(ill.name);
	const since = ill.conditions.find(({ type }) => type === "Ready")?.since;
	if (applied === undefined || document === undefined || since === undefined || since >= applied.at) return true;
	if (removal !== undefined && ill.rendered === undefined) return true;
	const { repository, path } = document.spec;
	if (repository !== application.document.spec.repository) return false;
	try {
		const { signal } = application;
		const before = await engine.origins.treeAt(repository, applied.revision, { signal });
		const now = await engine.origins.tree(repository, followedRef(engine, document), { signal });
		return (await before.oid(path, { signal })) !== (await now.oid(path, { signal }));
	} catch (error) {
		if (application.signal.aborted) throw error;
		return true;
	}
}

function isPatient(engine: EngineContext, name: string): boolean {
	const { waiting } = engine.handover;
	const now = engine.clock.monotonic();
	const since = waiting.get(name) ?? now;
	waiting.set(name, since);
	return now - since < patienceMs;
}

function beingRendered(name: string): AppError {
	return new AppError(`waits until the Application ${name} is rendered anew`, {
		code: "RenderPending",
		kind: "waiting",
		retryAfterMs: soonMs,
	});
}

/** Looks again at what was left for others: what nobody wants any more makes the Application sync once more. */
export async function relookStage(engine: EngineContext, application: ApplicationContext): Promise<void> {
	const { name } = application;
	const { left = [], applied, sync } = stateOf(engine, name);
	if (left.length === 0 || applied === undefined || sync !== undefined) return;
	const owned = new Set((await engine.store.inventory(name, application.environment.metadata.name)).map((object) => object.key));
	const keys = left.map(({ key }) => key).filter((key) => owned.has(key));
	const leaves = await leavesOf(engine, application, keys, { patient: false });
	const still = keys.flatMap((key) => {
		const leave = leaves.get(key);
		return leave === undefined || leave.why === "shares" ? [] : [{ key, ...leave }];
	});
	await engine.status.update(name, {
		left: still.length === 0 ? undefined : still,
		...(still.length < keys.length ? { applied: { ...applied, partial: true } } : {}),
	});
}
