import type { SourcePlace } from "../../core/app-error.ts";
import type { RenderedState } from "../../core/application-state.ts";
import type { ApplicationDocument } from "../../core/documents/application.ts";
import { hashObjects, hashValue } from "../../core/hash.ts";
import type { ObjectKey } from "../../core/object.ts";
import type { Rendered, RenderRequest, TracedInput } from "../../ports/rendering.ts";
import type { FileTree, SignalOption } from "../../ports/repository.ts";
import { type ApplicationContext, type EngineContext, stateOf } from "../context.ts";
import { failureOf } from "../failure.ts";
import { targetKind } from "../targets.ts";
import { demandRepository } from "./project.ts";
import { remember } from "./rendered.ts";
import { wakeTakers } from "./takers.ts";

/** About when a render that failed for a passing reason is tried again. */
const retryMs = 10_000;

/** Gives the tree of a Repository at a ref: the Revisions in force, or with a working tree laid over one. */
export type Trees = (repository: string, ref: string, options?: SignalOption) => Promise<FileTree>;

/** The ref that an Application follows in its own Repository. */
export function followedRef(engine: EngineContext, document: ApplicationDocument): string {
	return document.spec.ref ?? engine.origins.document(document.spec.repository)?.spec.ref ?? "main";
}

/** Renders an Application from the given trees; sources from Repositories that its Project does not allow are denied. */
export async function renderApplication(engine: EngineContext, application: ApplicationContext, trees: Trees): Promise<Rendered> {
	engine.counters.renders += 1;
	return engine.rendering.render(renderRequest(engine, application, trees), { signal: application.signal });
}

/** Where an Object, and a field of it, stands in the files that are in force; undefined where that cannot be told. */
export async function locateObject(
	engine: EngineContext,
	application: ApplicationContext,
	key: ObjectKey,
	field: string | undefined,
): Promise<SourcePlace | undefined> {
	const { signal } = application;
	try {
		return await engine.rendering.locate(renderRequest(engine, application, engine.origins.tree), key, field, { signal });
	} catch (error) {
		if (signal.aborted) throw error;
		engine.log.debug("an object could not be located", { application: application.name, key, error });
		return undefined;
	}
}

function renderRequest(engine: EngineContext, application: ApplicationContext, trees: Trees): RenderRequest {
	const { document, environment } = application;
	const { repository, path, values } = document.spec;
	const project = engine.control().projects.get(document.spec.project);
	return {
		application: document.metadata.name,
		environment: environment.metadata.name,
		target: targetKind(environment),
		defaultNamespace: application.options.settings?.namespace ?? document.metadata.name,
		repository,
		ref: followedRef(engine, document),
		path,
		values,
		settings: document.spec,
		tree: (name, ref, options) => {
			demandRepository(project, name);
			return trees(name, ref, options);
		},
	};
}

/** What of a document decides about its render, beside the files. */
function settingsOf(engine: EngineContext, application: ApplicationContext): string {
	const { document, environment } = application;
	return hashValue([
		document.spec.repository,
		followedRef(engine, document),
		document.spec.path,
		document.spec.values ?? null,
		document.spec.helm ?? null,
		document.spec.patches,
		document.spec.project,
		engine.control().projects.get(document.spec.project)?.spec.repositories ?? null,
		environment.metadata.name,
		targetKind(environment),
		application.options.settings?.namespace ?? null,
	]);
}

/** Whether an input is no Repository's but a chart repository's. */
function isAddress(repository: string): boolean {
	return repository.includes("://");
}

/** Whether a chart is what it was; one that cannot be asked for counts as yes: what was rendered from it stays good. */
async function isStillThere(
	engine: EngineContext,
	document: ApplicationDocument,
	input: TracedInput,
	signal: AbortSignal,
): Promise<boolean> {
	try {
		return (await engine.rendering.current(input, document.spec, { signal })) === input.oid;
	} catch (error) {
		if (signal.aborted) throw error;
		engine.log.warn("a chart repository cannot be asked for news", {
			application: document.metadata.name,
			repository: input.repository,
			error,
		});
		return true;
	}
}

/** Whether every path that a render read still has the content it had. */
async function isCurrent(
	engine: EngineContext,
	document: ApplicationDocument,
	rendered: RenderedState,
	trees: Trees,
	own: FileTree,
	path: string,
	followed: string,
	signal: AbortSignal,
): Promise<boolean> {
	const root = (await own.oid(path, { signal })) ?? null;
	const sameRoot = root === rendered.root;
	for (const [repository, ref, input, oid] of rendered.inputs) {
		if (isAddress(repository)) {
			if (!(await isStillThere(engine, document, { repository, ref, path: input, oid }, signal))) return false;
			continue;
		}
		const isOwn = repository === own.repository && ref === followed;
		if (isOwn && sameRoot && (input === path || input.startsWith(`${path}/`))) continue;
		const tree = isOwn ? own : await trees(repository, ref, { signal });
		if (((await tree.oid(input, { signal })) ?? null) !== oid) return false;
	}
	return true;
}

/** Whether the Application would have to be rendered anew; what cannot be told counts as yes. */
export async function needsRender(engine: EngineContext, application: ApplicationContext): Promise<boolean> {
	const { document, signal } = application;
	const { rendered, renderFailure } = stateOf(engine, application.name);
	const settings = settingsOf(engine, application);
	const ref = followedRef(engine, document);
	if (renderFailure !== undefined) {
		if (renderFailure.kind !== "invalid" || renderFailure.settings !== settings) return true;
		return renderFailure.revision !== (await engine.origins.revision(document.spec.repository, ref, { signal }));
	}
	if (rendered === undefined || rendered.settings !== settings) return true;
	const own = await engine.origins.tree(document.spec.repository, ref, { signal });
	return !(await isCurrent(engine, document, rendered, engine.origins.tree, own, document.spec.path, ref, signal));
}

/** Whose commit it was: the Application's own Repository's, unless nothing that was read there differs and something elsewhere does. */
async function causeOf(
	engine: EngineContext,
	before: RenderedState | undefined,
	result: Rendered,
	own: RenderedState["cause"],
	signal: AbortSignal,
): Promise<RenderedState["cause"]> {
	if (before === undefined) return own;
	const known = new Map(before.inputs.map(([repository, ref, path, oid]) => [JSON.stringify([repository, ref, path]), oid]));
	const changed = result.inputs.filter(({ repository, ref, path, oid }) => known.get(JSON.stringify([repository, ref, path])) !== oid);
	const [first] = changed;
	if (first === undefined || changed.some(({ repository }) => repository === own.repository)) return own;
	if (isAddress(first.repository)) return { repository: first.repository, revision: `${first.ref}@${first.oid ?? ""}` };
	return { repository: first.repository, revision: await engine.origins.revision(first.repository, first.ref, { signal }) };
}

/** Trees that stay what they were when they were first asked for: one render never sees two Revisions of a Repository, although it may move meanwhile. */
function fixedTrees(engine: EngineContext, repository: string, followed: string, own: FileTree): Trees {
	const known = new Map<string, Promise<FileTree>>([[JSON.stringify([repository, followed]), Promise.resolve(own)]]);
	return (name, ref, options) => {
		const key = JSON.stringify([name, ref === "" ? (engine.origins.document(name)?.spec.ref ?? "") : ref]);
		const tree = known.get(key) ?? engine.origins.tree(name, ref, options);
		known.set(key, tree);
		return tree;
	};
}

/** Brings `rendered` up to the Revision in force; a failure is kept beside the last good render. Renders only when an input changed. */
export async function renderStage(engine: EngineContext, application: ApplicationContext): Promise<void> {
	const { name, document, signal } = application;
	const { status, origins } = engine;
	const ref = followedRef(engine, document);
	const settings = settingsOf(engine, application);
	let revision: string | undefined;
	try {
		if (!(await needsRender(engine, application))) return;
		const tree = await origins.tree(document.spec.repository, ref, { signal });
		revision = tree.revision;
		const result = await renderApplication(engine, application, fixedTrees(engine, document.spec.repository, ref, tree));
		const hash = hashObjects(result.objects);
		remember(engine, hash, result.objects);
		const own = { repository: document.spec.repository, revision: tree.revision };
		const cause = await causeOf(engine, stateOf(engine, name).rendered, result, own, signal);
		const rendered: RenderedState = {
			hash,
			revision: cause.repository === own.repository ? cause.revision : `${cause.repository}:${cause.revision}`,
			settings,
			root: (await tree.oid(document.spec.path, { signal })) ?? null,
			inputs: result.inputs.map((input) => [input.repository, input.ref, input.path, input.oid]),
			warnings: result.warnings,
			objects: result.objects.length,
			cause,
		};
		const { hold } = stateOf(engine, name);
		const superseded = hold !== undefined && hold.badHash !== hash;
		await status.update(
			name,
			{ rendered, renderFailure: undefined, ...(superseded ? { hold: undefined } : {}) },
			{ writes: [{ type: "rendered", hash, objects: result.objects }] },
		);
		await wakeTakers(engine, application.environment.metadata.name);
	} catch (error) {
		if (signal.aborted) throw error;
		const failure = failureOf(error);
		const before = stateOf(engine, name).renderFailure;
		const isNews = before?.message !== failure.message && failure.kind !== "waiting";
		await status.update(
			name,
			{ renderFailure: { ...failure, settings, ...(revision === undefined ? {} : { revision }) } },
			{
				events: isNews
					? [
							{
								type: "RenderFailed",
								severity: "error",
								message: failure.message,
								application: name,
								environment: application.environment.metadata.name,
							},
						]
					: [],
			},
		);
		if (failure.kind === "internal") engine.log.error("render failed by a bug", { application: name, error });
		if (failure.kind === "unavailable" || failure.kind === "timeout" || failure.kind === "internal") {
			engine.requeue(name, retryMs * (0.5 + engine.random()));
		}
	}
}
