import type { ApplicationState, DriftedObject, Failure } from "../core/application-state.ts";
import type { ApplicationDocument } from "../core/documents/application.ts";
import type { EnvironmentDocument } from "../core/documents/environment.ts";
import { type Health, worstHealth } from "../core/health.ts";
import { parseKey } from "../core/object.ts";
import { conditionsOf, syncStatus } from "../core/summarise.ts";
import type { ApplicationSummary, ChildView, ObjectView } from "../core/views/application.ts";
import type { EnvironmentView } from "../core/views/environment.ts";
import type { LiveChild, ObjectHealth, OwnedObject } from "../ports/driver.ts";
import { targetKind } from "./targets.ts";

/** An Application as listings show it. */
export function summaryView(state: ApplicationState, document: ApplicationDocument, now: string): ApplicationSummary {
	return {
		name: state.name,
		project: document.spec.project,
		environment: document.spec.environment,
		repository: document.spec.repository,
		path: document.spec.path,
		sync: syncStatus(state),
		health: { ...state.health },
		conditions: [...(state.conditions.length > 0 ? state.conditions : conditionsOf(state, now))],
		...(state.rendered === undefined ? {} : { desiredRevision: state.rendered.revision }),
		...(state.applied === undefined ? {} : { appliedRevision: state.applied.revision }),
		holds: [...state.holds],
		driftedObjects: state.drift.length,
		objects: state.inventory,
		...(state.lastSync === undefined ? {} : { lastSync: state.lastSync }),
		suspended: state.suspended !== undefined || document.spec.suspend,
	};
}

/** Kinds of Objects that print. */
export const printing: ReadonlySet<string> = new Set([
	"Process",
	"Unit",
	"Job",
	"Pod",
	"Deployment",
	"StatefulSet",
	"DaemonSet",
	"ReplicaSet",
]);

function driftView({ since, mode, fields, message }: DriftedObject): NonNullable<ObjectView["drift"]> {
	return {
		since,
		...(mode === undefined ? {} : { mode }),
		fields: (fields ?? []).map((field) => ({ ...field })),
		...(message === undefined ? {} : { message }),
	};
}

/** What the target holds beneath Objects. */
export function childView({ key, parent, health, created, logs }: LiveChild): ChildView {
	const { kind, name, namespace } = parseKey(key);
	return { key, kind, name, namespace, parent, health: { ...health }, ...(created === undefined ? {} : { created }), logs };
}

/** The Inventory with the health of each Object. */
export function objectViews(
	state: ApplicationState,
	owned: readonly OwnedObject[],
	healths: readonly ObjectHealth[],
): readonly ObjectView[] {
	const byKey = new Map(healths.map((health) => [health.key, health]));
	const drifted = new Map(state.drift.map((each) => [each.key, each]));
	return owned.map((object) => {
		const ref = parseKey(object.key);
		const health = byKey.get(object.key);
		const drift = drifted.get(object.key);
		return {
			key: object.key,
			kind: ref.kind,
			name: ref.name,
			namespace: ref.namespace,
			health: health === undefined ? { status: "Unknown", message: "" } : { status: health.status, message: health.message },
			drifted: drift !== undefined,
			...(drift === undefined ? {} : { drift: driftView(drift) }),
			created: object.created,
			logs: printing.has(ref.kind),
		};
	});
}

/** An Environment with the worst health of its Applications. */
export function environmentView(
	document: EnvironmentDocument,
	applications: readonly ApplicationSummary[],
	failure: { readonly failure: Failure; readonly since: string } | undefined,
	since: string,
): EnvironmentView {
	const health: Health =
		failure === undefined
			? worstHealth(applications.map((application) => application.health))
			: { status: "Unknown", message: failure.failure.message };
	const { drift, sync, prune, maxDeletePercent } = document.spec.policy;
	return {
		name: document.metadata.name,
		target: targetKind(document),
		health,
		applications: applications.length,
		outOfSync: applications.filter((application) => application.sync === "OutOfSync").length,
		after: [...document.spec.after],
		conditions: [
			failure === undefined
				? { type: "Ready", status: "True", reason: "Opened", message: "", since }
				: { type: "Ready", status: "False", reason: failure.failure.code, message: failure.failure.message, since: failure.since },
		],
		policy: { drift, sync, prune, maxDeletePercent },
	};
}
