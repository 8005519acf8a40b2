import type { Change, ChangeAction, Observation } from "../../src/core/change.ts";
import { environmentSchema, type Policy } from "../../src/core/documents/environment.ts";
import { hashObject } from "../../src/core/hash.ts";
import { type DesiredObject, type HookPhase, keyOf, refOf } from "../../src/core/object.ts";
import { loadConnection } from "../../src/drivers/kubernetes/client/connection.ts";
import { createKubernetesClient } from "../../src/drivers/kubernetes/client/create-client.ts";
import { counted } from "../../src/drivers/kubernetes/counted.ts";
import { openLive } from "../../src/drivers/kubernetes/live/open-live.ts";
import type { LiveSide } from "../../src/drivers/kubernetes/live-side.ts";
import { openKubernetesTarget } from "../../src/drivers/kubernetes/target.ts";
import { createHealth } from "../../src/health/health.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type {
	Applied,
	DriverContext,
	ObserveOptions,
	OwnedObject,
	Target,
	TargetEvent,
	TargetOptions,
	TargetSettings,
} from "../../src/ports/driver.ts";
import { quiet } from "../integration/quiet.ts";
import type { Cluster } from "./cluster.ts";

export const instance = "0123456789ab";

/** One Application on a real API server, applied without an engine and without watches. */
export interface ApplyWorld {
	readonly cluster: Cluster;
	readonly target: Target;
	/** A namespace of its own. */
	readonly namespace: string;
	/** Requests so far. */
	readonly requests: Readonly<DriverContext["requests"]>;
	/** What the target told. */
	readonly events: readonly TargetEvent[];
	/** The Inventory. */
	readonly owned: Map<string, OwnedObject>;
	/** Observes, as `purpose` says; a plan where nothing is said. */
	observe(objects: readonly DesiredObject[], options?: ObserveOptions): Promise<readonly Observation[]>;
	/** Claims and applies one Object, and notes it as owned. */
	apply(object: DesiredObject, action?: ChangeAction, options?: TargetOptions): Promise<Applied>;
	hook(object: DesiredObject, options?: TargetOptions, phase?: HookPhase): Promise<Applied>;
	remove(object: DesiredObject, options?: TargetOptions): Promise<void>;
	configMap(name: string, data: Readonly<Record<string, string>>, annotations?: Readonly<Record<string, string>>): DesiredObject;
	path(object: DesiredObject): string;
	close(): Promise<void>;
}

export interface ApplyWorldOptions {
	readonly policy?: Partial<Policy>;
	readonly application?: string;
	readonly namespace?: string;
	readonly instance?: string;
	/** Called after an object was read, before it is told. */
	readonly onRead?: () => Promise<unknown>;
	/** True: with the watches of a real target, which tell what is known. */
	readonly watches?: boolean;
}

/** Records without watches: everything is asked of the server. */
function withoutWatches(): LiveSide {
	return {
		writing: () => () => {},
		wrote: (_application, _key, _type, { metadata }) => ({ uid: metadata.uid, version: metadata.resourceVersion, hash: "" }),
		deleted: () => {},
		isShared: () => false,
		known: () => ({ state: "unknown" }),
		ready: async () => {},
		health: async () => [],
		track: async () => {},
		sweep: async () => [],
		isAsApplied: () => false,
		recover: async () => [],
		children: async () => [],
		notes: async () => [],
		close: async () => {},
	};
}

/** Path of an object in the API; of kinds with a plain plural. */
export function pathOf({ apiVersion, kind, metadata }: DesiredObject): string {
	const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
	const plural = kind.endsWith("s") ? `${kind.toLowerCase()}es` : `${kind.toLowerCase()}s`;
	return `${root}${metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`}/${plural}/${metadata.name}`;
}

export function settings(given: Partial<TargetSettings> = {}): TargetSettings {
	return { driftRules: [], namespace: "default", ...given };
}

export async function openApplyWorld(cluster: Cluster, options: ApplyWorldOptions = {}): Promise<ApplyWorld> {
	const namespace = options.namespace ?? (await cluster.makeNamespace("apply"));
	const application = options.application ?? "shop";
	const exec = createExec({ environment: {} });
	const connection = await loadConnection({ kubeconfig: cluster.kubeconfig }, { base: "/", environment: {}, exec });
	const requests = { reads: 0, writes: 0 };
	const opened = createKubernetesClient(connection);
	const get: typeof opened.get = async (...args) => {
		const object = await opened.get(...args);
		await options.onRead?.();
		return object;
	};
	const client = counted({ ...opened, get }, requests);
	const environment = environmentSchema.parse({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name: "staging" },
		spec: { target: { kubernetes: { kubeconfig: cluster.kubeconfig } }, policy: options.policy ?? {} },
	});
	const events: TargetEvent[] = [];
	const context: DriverContext = {
		instance: options.instance ?? instance,
		home: cluster.folder,
		base: "/",
		blobs: { open: () => Promise.reject(new Error("no blobs")) },
		clock: systemClock,
		log: quiet,
		requests,
		notify: (event) => void events.push(event),
	};
	const health = createHealth([]);
	const live = options.watches === true ? openLive({ client, health, context, environment }) : withoutWatches();
	const target = openKubernetesTarget({ environment, context, client, live, health });
	const owned = new Map<string, OwnedObject>();
	const changeOf = (object: DesiredObject, action: ChangeAction): Change => ({
		key: keyOf(refOf(object)),
		ref: refOf(object),
		action,
		wave: 0,
		differences: [],
		...(action === "delete" ? {} : { desired: object }),
	});
	return {
		cluster,
		target,
		namespace,
		owned,
		requests,
		events,
		observe: (objects, given) => target.observe(application, objects, [...owned.values()], given),
		async apply(object, action = "create", given = {}) {
			const change = changeOf(object, action);
			const before = owned.get(change.key) ?? { key: change.key, ref: change.ref, created: true, desiredHash: "", record: null };
			const applied = await target.apply(application, change, before, given);
			owned.set(change.key, {
				...before,
				created: before.created && applied.existed !== true,
				desiredHash: hashObject(object),
				record: applied.record,
			});
			return applied;
		},
		hook: (object, given = {}, phase = "PreSync") =>
			target.apply(application, { ...changeOf(object, "create"), hook: phase }, undefined, given),
		async remove(object, given = {}) {
			const change = changeOf(object, "delete");
			await target.apply(application, change, owned.get(change.key), given);
			owned.delete(change.key);
		},
		configMap: (name, data, annotations) => ({
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) },
			data,
		}),
		path: pathOf,
		close: () => target.close("shutdown"),
	};
}
