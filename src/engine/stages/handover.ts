import { AppError } from "../../core/app-error.ts";
import { runs } from "../../core/application-state.ts";
import { keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import type { Owner } from "../../ports/store.ts";
import { type ApplicationContext, type EngineContext, stateOf } from "../context.ts";
import { needsRender } from "./render.ts";
import { renderedObjects } from "./rendered.ts";

/** Of Objects that other Applications own, those that these no longer want: what the newest render of theirs does not hold. */
export async function givenUp(engine: EngineContext, owners: ReadonlyMap<ObjectKey, Owner>): Promise<ReadonlyMap<ObjectKey, Owner>> {
	const given = new Map<ObjectKey, Owner>();
	const wanted = new Map<string, ReadonlySet<ObjectKey> | undefined>();
	for (const [key, owner] of owners) {
		const { application } = owner;
		if (!wanted.has(application)) wanted.set(application, await wants(engine, application));
		const keys = wanted.get(application);
		if (keys !== undefined && !keys.has(key)) given.set(key, owner);
	}
	return given;
}

/** What an Application wants by its newest render; nothing where it is to go; undefined where that cannot be told. */
async function wants(engine: EngineContext, name: string): Promise<ReadonlySet<ObjectKey> | undefined> {
	const state = engine.status.get(name);
	const document = engine.control().applications.get(name);
	if (state === undefined || state.removal !== undefined) return new Set();
	if (state.environment !== document?.spec.environment) return new Set();
	if (state.rendered === undefined || state.renderFailure !== undefined) return undefined;
	return new Set((await renderedObjects(engine, state.rendered.hash)).map((object) => keyOf(refOf(object))));
}

/**
 * Of Objects that an Application would delete, those that another Application of the Environment wants now: they are left for it, and it is woken.
 * Throws `waiting` while another one, that is new here, was not rendered yet: it may want them.
 */
export async function wantedElsewhere(
	engine: EngineContext,
	application: ApplicationContext,
	keys: readonly ObjectKey[],
): Promise<ReadonlyMap<ObjectKey, string>> {
	const found = new Map<ObjectKey, string>();
	if (keys.length === 0) return found;
	const environment = application.environment.metadata.name;
	for (const document of engine.control().applications.values()) {
		const { name } = document.metadata;
		if (name === application.name || document.spec.environment !== environment) continue;
		const state = engine.status.get(name);
		if (state === undefined || state.rendered === undefined) throw notRendered(name, engine, application);
		const other = engine.application(name, application.signal);
		if (state.renderFailure === undefined && other !== undefined && (await needsRender(engine, other))) throw beingRendered(name);
		if (runs(state, state.rendered.hash)) continue;
		const wanted = new Set((await renderedObjects(engine, state.rendered.hash)).map((object) => keyOf(refOf(object))));
		const taken = keys.filter((key) => wanted.has(key));
		for (const key of taken) found.set(key, name);
		if (taken.length === 0) continue;
		if (state.attempt?.failure.code === "OwnedByOther") await engine.status.update(name, { attempt: undefined });
		engine.requeue(name, 0);
	}
	return found;
}

function beingRendered(name: string): AppError {
	return new AppError(`waits until the Application ${name} is rendered anew`, { code: "RenderPending", kind: "waiting", retryAfterMs: 20 });
}

function notRendered(name: string, engine: EngineContext, application: ApplicationContext): AppError {
	const why = engine.status.get(name)?.renderFailure?.message;
	const count = stateOf(engine, application.name).inventory;
	return new AppError(
		`deletes nothing before the Application ${name} was rendered, which is new in ${application.environment.metadata.name} and may want some of the ${count} Objects${why === undefined ? "" : `: ${why}`}`,
		{ code: "HandoverPending", kind: "waiting", hint: `See \`gitward get application ${name}\`.` },
	);
}
