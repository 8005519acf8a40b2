import type { ApplicationState, SyncRequest } from "../core/application-state.ts";
import type { ApplicationDocument } from "../core/documents/application.ts";
import type { ControlSet } from "../core/documents/documents.ts";
import type { EnvironmentDocument } from "../core/documents/environment.ts";
import type { ProjectDocument } from "../core/documents/project.ts";
import type { Fight } from "../core/fight.ts";
import type { DesiredObject, ObjectKey } from "../core/object.ts";
import type { Clock } from "../ports/clock.ts";
import type { Driver, Target, TargetOptions, TargetSettings } from "../ports/driver.ts";
import type { Log } from "../ports/log.ts";
import type { Rendering } from "../ports/rendering.ts";
import type { Store } from "../ports/store.ts";
import type { Origins } from "./origins.ts";
import type { HandoverMemory } from "./stages/handover.ts";
import type { Running } from "./stages/sync.ts";
import type { Status } from "./status.ts";
import type { Targets } from "./targets.ts";

/** What the stages of a reconcile work with; made once. */
export interface EngineContext {
	readonly store: Store;
	readonly status: Status;
	readonly origins: Origins;
	readonly targets: Targets;
	readonly rendering: Rendering;
	readonly clock: Clock;
	readonly log: Log;
	readonly random: () => number;
	readonly control: () => ControlSet;
	/** An Application as a reconcile sees it; undefined where its documents or its Environment are not known. */
	readonly application: (name: string, signal: AbortSignal) => ApplicationContext | undefined;
	/** Looks at an Application again after a time. */
	readonly requeue: (application: string, afterMs: number) => void;
	/** Objects that may differ from what was applied, by Application: forgotten at a restart, found again by the first sweep. */
	readonly suspects: Map<string, Set<ObjectKey> | "all">;
	/** Repairs that did not last, by Application and key: forgotten at a restart. */
	readonly fights: Map<string, Fight>;
	/** Syncs that only wait for health, at hand. */
	readonly waiting: Map<string, Running>;
	readonly handover: HandoverMemory;
	/** The rendered Objects used last, by their hash; the store has them all. */
	readonly recent: Map<string, readonly DesiredObject[]>;
	/** Counts what the figures speak of: renders, Changes carried out, requests to targets. */
	readonly counters: { renders: number; applies: number; reads: number; writes: number };
}

/** One Application as a reconcile sees it. */
export interface ApplicationContext {
	readonly name: string;
	readonly document: ApplicationDocument;
	readonly environment: EnvironmentDocument;
	readonly driver: Driver;
	/** What every call of its Target gets. */
	readonly options: TargetOptions;
	readonly signal: AbortSignal;
}

/** What a Target needs to know of an Application. The Project's identity counts where it has one: a tenant cannot name a stronger one. */
export function settingsOf(
	document: ApplicationDocument,
	project: ProjectDocument | undefined,
	driver: Driver,
	environment: EnvironmentDocument,
): TargetSettings {
	const { as, namespace, createNamespace, driftRules } = document.spec;
	const identity = project?.spec.as ?? as;
	return {
		driftRules,
		namespace:
			namespace ??
			(driver.defaultNamespace === "application" ? document.metadata.name : (environment.spec.target.kubernetes?.namespace ?? "default")),
		...(identity === undefined ? {} : { as: identity }),
		...(createNamespace === undefined ? {} : { createNamespace }),
	};
}

/** State as it is now: stages change it, so it is asked for anew after each. */
export function stateOf(engine: EngineContext, name: string): ApplicationState {
	const state = engine.status.get(name);
	if (state === undefined) throw new Error(`no state for application ${name}`);
	return state;
}

/** Takes a request away when it is done; one that a person made meanwhile stays. */
export function without(engine: EngineContext, name: string, request: SyncRequest | undefined): { readonly request?: undefined } {
	return stateOf(engine, name).request === request ? { request: undefined } : {};
}

/** The opened Target of the Application's Environment; throws where it cannot be reached. */
export function targetOf(engine: EngineContext, application: ApplicationContext): Target {
	return engine.targets.get(application.environment.metadata.name);
}

/** Now, ISO 8601. */
export function timestamp(engine: EngineContext): string {
	return new Date(engine.clock.now()).toISOString();
}
