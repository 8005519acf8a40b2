import { AppError } from "../core/app-error.ts";
import { guardDeletion } from "../core/guard.ts";
import { hashObjects } from "../core/hash.ts";
import { formatRevision } from "../core/revision.ts";
import type { PlanView } from "../core/views/common.ts";
import type { FileTree, SignalOption } from "../ports/repository.ts";
import type { ApplicationContext, EngineContext } from "./context.ts";
import { stateOf } from "./context.ts";
import type { WorkingTree } from "./operations.ts";
import { compare } from "./stages/observe.ts";
import { demandKinds } from "./stages/project.ts";
import { followedRef, renderApplication, type Trees } from "./stages/render.ts";
import { renderedObjects } from "./stages/rendered.ts";

/** Lays files over a tree: given by the composition root. */
export type OverlayTree = (base: FileTree, files: ReadonlyMap<string, Buffer | null>) => FileTree;

/** What a Sync of the Application would do now, or would do were the working tree pushed. Changes nothing. */
export async function planApplication(
	engine: EngineContext,
	application: ApplicationContext,
	overlay: OverlayTree,
	workingTree: WorkingTree | undefined,
): Promise<PlanView> {
	const { name, environment, document } = application;
	const state = stateOf(engine, name);
	let objects = [...(state.rendered === undefined || workingTree !== undefined ? [] : await renderedObjects(engine, state.rendered.hash))];
	let warnings: readonly string[] = state.rendered?.warnings ?? [];
	let revision = state.rendered?.revision ?? "";
	if (state.renderFailure !== undefined && workingTree === undefined) {
		const { message, code, kind, hint, place } = state.renderFailure;
		throw new AppError(message, { code, kind, ...(hint === undefined ? {} : { hint }), ...(place === undefined ? {} : { place }) });
	}
	if (workingTree !== undefined) {
		const result = await renderApplication(engine, application, workingTrees(engine, workingTree, overlay));
		objects = [...result.objects];
		({ warnings } = result);
		revision = state.rendered?.hash === hashObjects(objects) ? revision : "working tree";
	}
	demandKinds(engine.control().projects.get(document.spec.project), objects);
	const { plan, owned } = await compare(engine, application, objects, { purpose: "plan" });
	const guard = guardDeletion({ plan, inventorySize: owned.length, maxDeletePercent: environment.spec.policy.maxDeletePercent });
	const shown = plan.changes.filter((change) => change.action !== "unchanged");
	return {
		application: name,
		environment: environment.metadata.name,
		revision,
		hash: plan.hash,
		changes: shown.map(({ key, action, wave, hook, reason, differences }) => ({
			key,
			action,
			wave,
			...(hook === undefined ? {} : { hook }),
			...(reason === undefined ? {} : { reason }),
			differences: differences.map((difference) => ({ ...difference })) as PlanView["changes"][number]["differences"],
		})),
		unchanged: plan.changes.length - shown.length,
		warnings: [...warnings],
		...(guard.allowed ? {} : { guard: guard.message }),
	};
}

/** Trees as they would be were the working tree pushed to the ref that its Repository follows. */
export function workingTrees(engine: EngineContext, workingTree: WorkingTree, overlay: OverlayTree): Trees {
	const followed = engine.origins.document(workingTree.repository)?.spec.ref;
	return async (repository: string, ref: string, options?: SignalOption) => {
		if (repository !== workingTree.repository || (ref !== followed && ref !== "")) return engine.origins.tree(repository, ref, options);
		const base = await engine.origins.treeAt(repository, formatRevision("working tree", workingTree.base), options);
		return overlay(base, workingTree.files);
	};
}

/** Whether a working tree would change something that the Application's render read. */
export async function isAffected(
	engine: EngineContext,
	application: ApplicationContext,
	workingTree: WorkingTree,
	overlay: OverlayTree,
): Promise<boolean> {
	const { document, signal } = application;
	const { rendered } = stateOf(engine, application.name);
	if (rendered === undefined) return document.spec.repository === workingTree.repository;
	const followed = engine.origins.document(workingTree.repository)?.spec.ref ?? followedRef(engine, document);
	const tree = await workingTrees(engine, workingTree, overlay)(workingTree.repository, followed, { signal });
	for (const [repository, ref, path, oid] of rendered.inputs) {
		if (repository !== workingTree.repository || (ref !== followed && ref !== "")) continue;
		if (((await tree.oid(path, { signal })) ?? null) !== oid) return true;
	}
	return false;
}
