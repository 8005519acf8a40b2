import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { type DriftRule, environmentSchema, type HealthRule } from "../../src/core/documents/environment.ts";
import { hashObject } from "../../src/core/hash.ts";
import { type DesiredObject, keyOf, type ObjectKey, refOf } from "../../src/core/object.ts";
import { bodyOf } from "../../src/drivers/kubernetes/apply/body.ts";
import { versionOf } from "../../src/drivers/kubernetes/apply/types.ts";
import type { LiveObject, ResourceType } from "../../src/drivers/kubernetes/client/client.ts";
import type { ClientOptions } from "../../src/drivers/kubernetes/client/create-client.ts";
import { counted } from "../../src/drivers/kubernetes/counted.ts";
import { openLive } from "../../src/drivers/kubernetes/live/open-live.ts";
import type { LiveSide } from "../../src/drivers/kubernetes/live-side.ts";
import { fieldManager } from "../../src/drivers/kubernetes/marks.ts";
import { createHealth } from "../../src/health/health.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { OwnedObject, TargetEvent, TargetSettings } from "../../src/ports/driver.ts";
import type { ClusterAddress } from "./cluster.ts";
import { kubeconfigFor, openClient } from "./open-client.ts";

export interface LiveWorldOptions {
	readonly instance?: string;
	readonly health?: readonly HealthRule[];
	readonly rules?: readonly DriftRule[];
	readonly client?: ClientOptions;
}

/** The live side of one cluster without the engine: what it tells is gathered here. */
export interface LiveWorld extends AsyncDisposable {
	readonly live: LiveSide;
	readonly instance: string;
	readonly events: TargetEvent[];
	readonly logged: readonly { readonly message: string; readonly keys: unknown }[];
	readonly requests: { reads: number; writes: number };
	readonly owned: Map<ObjectKey, OwnedObject>;
	/** Applies as the Driver does, and notes it. */
	apply(object: DesiredObject, application?: string): Promise<ObjectKey>;
	/** Applies, and gives what the Driver would note: tests say when it does. */
	send(object: DesiredObject, application?: string): Promise<{ readonly type: ResourceType; readonly object: LiveObject; note(): void }>;
	track(application?: string): Promise<void>;
	/** How it stands. */
	state(key: ObjectKey, application?: string): string;
	/** Waits until it stands so. */
	becomes(key: ObjectKey, state: string, application?: string): Promise<void>;
	/** Waits for the events of a key, and forgets them. */
	told(key: ObjectKey, type: TargetEvent["type"]): Promise<void>;
	/** Waits until the watch of the object's kind has told of all that was before. */
	caughtUp(namespace: string, application?: string): Promise<void>;
	health(key: ObjectKey, application?: string): Promise<string>;
}

export async function openLiveWorld(address: ClusterAddress, options: LiveWorldOptions = {}): Promise<LiveWorld> {
	const instance = options.instance ?? randomBytes(6).toString("hex");
	const kubeconfig = await kubeconfigFor(address, { token: address.adminToken });
	const requests = { reads: 0, writes: 0 };
	const opened = await openClient({ kubeconfig }, options.client);
	const client = counted(opened, requests);
	const health = createHealth(options.health ?? []);
	const events: TargetEvent[] = [];
	const logged: { message: string; keys: unknown }[] = [];
	const log = (message: string, keys?: unknown): void => void logged.push({ message, keys });
	const settings: TargetSettings = { driftRules: options.rules ?? [], namespace: "default" };
	const environment = environmentSchema.parse({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name: "staging" },
		spec: { target: { kubernetes: {} } },
	});
	const live = openLive({
		client,
		health,
		environment,
		context: {
			instance,
			home: address.folder,
			base: "/",
			blobs: { open: () => Promise.reject(new Error("no blobs")) },
			clock: systemClock,
			log: { debug: () => {}, info: log, warn: log, error: log },
			requests,
			notify: (event) => events.push(event),
		},
	});
	const owned = new Map<ObjectKey, OwnedObject>();
	let markers = 0;

	const world: LiveWorld = {
		live,
		instance,
		events,
		logged,
		requests,
		owned,
		async send(object, application = "shop") {
			const ref = refOf(object);
			const key = keyOf(ref);
			const type = await client.discovery.find(ref.group, ref.kind, versionOf(object));
			if (type === undefined) throw new Error(`the cluster does not know ${ref.kind}`);
			const over = live.writing(application, key, type);
			const body = bodyOf(object, type, { instance, environment: "staging", application }, {});
			const result = await client.apply(type, ref, body, { fieldManager, force: true });
			return {
				type,
				object: result.object,
				note() {
					const record = { ...live.wrote(application, key, type, result.object, settings.driftRules) };
					over();
					owned.set(key, { key, ref, created: true, desiredHash: hashObject(object), record });
				},
			};
		},
		async apply(object, application) {
			(await world.send(object, application)).note();
			return keyOf(refOf(object));
		},
		track: (application = "shop") => live.track(application, [...owned.values()], { settings }),
		state: (key, application = "shop") => live.known(application, key).state,
		async becomes(key, state, application) {
			await expect.poll(() => world.state(key, application), { timeout: 20_000, interval: 5 }).toBe(state);
		},
		async told(key, type) {
			const isIt = (event: TargetEvent): boolean => event.key === key && event.type === type;
			await expect.poll(() => events.some(isIt), { timeout: 20_000, interval: 5, message: `${type} of ${key}` }).toBe(true);
			events.splice(0, events.length, ...events.filter((event) => !isIt(event)));
		},
		async caughtUp(namespace, application) {
			markers += 1;
			const marker = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `marker-${markers}`, namespace } };
			const key = await world.apply(marker, application);
			const type = await client.discovery.find("", "ConfigMap");
			if (type === undefined) throw new Error("no ConfigMaps");
			await client.delete(type, { namespace, name: marker.metadata.name }, {});
			await world.becomes(key, "missing", application);
			owned.delete(key);
			live.deleted(application ?? "shop", key);
			events.splice(0, events.length, ...events.filter((event) => event.key !== key));
		},
		async health(key, application = "shop") {
			const all = await live.health(application, [...owned.values()]);
			const found = all.find((each) => each.key === key);
			return `${found?.status ?? "nothing"}${found?.message === undefined || found.message === "" ? "" : `: ${found.message}`}`;
		},
		async [Symbol.asyncDispose]() {
			await live.close();
			await health.close();
			await opened.close();
		},
	};
	return world;
}

/** A ConfigMap as it is desired. */
export function configMapOf(namespace: string, name: string, data: Readonly<Record<string, string>>): DesiredObject {
	return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}
