import { type AppError, toAppError } from "../../../core/app-error.ts";
import type { DriftRule, EnvironmentDocument } from "../../../core/documents/environment.ts";
import type { Health } from "../../../core/health.ts";
import type { ObjectKey, ObjectRef } from "../../../core/object.ts";
import { parseKey } from "../../../core/object.ts";
import type { HealthAssessor } from "../../../health/health.ts";
import type { DriverContext, OwnedObject, TargetOptions } from "../../../ports/driver.ts";
import { rulesFor } from "../apply/kept-fields.ts";
import { recordOf } from "../apply/record.ts";
import { findTypeOf } from "../apply/types.ts";
import type { KubernetesClient, ResourceType } from "../client/client.ts";
import type { LiveSide } from "../live-side.ts";
import { instanceLabel } from "../marks.ts";
import { childrenOf } from "../tree/children.ts";
import { notesOf } from "../tree/notes.ts";
import { createCauses } from "./causes.ts";
import { type Entry, isLater, stateOf } from "./entry.ts";
import { type KindTable, openKindTable } from "./kind-table.ts";
import { nameOf } from "./kind-watch.ts";
import { projectionHash } from "./projection.ts";
import { createRecovery } from "./recovery.ts";

export interface LiveOptions {
	readonly client: KubernetesClient;
	readonly health: HealthAssessor;
	readonly context: DriverContext;
	readonly environment: EnvironmentDocument;
}

/** What lives in one cluster; see Live. */
export function openLive({ client, health, context, environment }: LiveOptions): LiveSide {
	const { clock, log, notify } = context;
	const labelSelector = `${instanceLabel}=${context.instance}`;
	const tables = new Map<string, KindTable>();
	const tracked = new Map<string, ReadonlySet<ObjectKey>>();
	const causes = createCauses({ client, clock, notify });
	const recovery = createRecovery({ client, clock, labelSelector, environment: environment.metadata.name });
	let isClosed = false;

	function tableOf(type: ResourceType): KindTable {
		const id = kindId(type);
		const known = tables.get(id);
		if (known !== undefined) return known;
		const table = openKindTable({
			client,
			type,
			labelSelector,
			environment: environment.metadata.name,
			health,
			clock,
			random: Math.random,
			notify,
			ill: causes.look,
			onReachable: (failure) => onReachable(type, failure),
		});
		tables.set(id, table);
		return table;
	}

	function onReachable(type: ResourceType, failure: AppError | undefined): void {
		if (isClosed) return;
		const keys = { environment: environment.metadata.name, kind: type.kind };
		if (failure === undefined) log.info("kind can be watched", keys);
		else log.warn("kind cannot be watched", { ...keys, code: failure.code, reason: failure.message });
		const concerned = new Set<string>();
		for (const { application } of tables.get(kindId(type))?.entries.values() ?? [])
			if (application !== undefined) concerned.add(application);
		for (const application of concerned) notify({ application, type: "health" });
	}

	function find(key: ObjectKey): { readonly table: KindTable; readonly name: string; readonly entry: Entry | undefined } | undefined {
		const ref = parseKey(key);
		const table = tables.get(`${ref.kind}.${ref.group}`);
		if (table === undefined) return undefined;
		const name = nameIn(table.watch.type, ref);
		return { table, name, entry: table.entries.get(name) };
	}

	function claim(entry: Entry, application: string, key: ObjectKey, rules: readonly DriftRule[]): void {
		entry.application = application;
		entry.key = key;
		entry.rules = rules.length === 0 ? rules : rulesFor(rules, parseKey(key));
	}

	/** Takes a record of the Inventory as what was applied. */
	function remember(application: string, owned: OwnedObject, type: ResourceType, rules: readonly DriftRule[]): void {
		const record = recordOf(owned);
		if (record === undefined) return;
		const table = tableOf(type);
		const entry = table.entry(nameIn(type, owned.ref));
		const hadRules = entry.rules.length > 0;
		claim(entry, application, owned.key, rules);
		if (entry.writing > 0) return;
		// What was seen before the rules were known has to be looked at with them: it counts as it was recorded until the next event.
		if (entry.uid !== "" && hadRules !== entry.rules.length > 0 && entry.version === record.version) entry.hash = record.hash;
		entry.applied = { uid: record.uid, hash: record.hash };
		if (table.watch.isReady) table.tell(entry);
	}

	return {
		writing(application, key, type) {
			const table = tableOf(type);
			const name = nameIn(type, parseKey(key));
			const entry = table.entry(name);
			entry.application = application;
			entry.key = key;
			entry.writing += 1;
			let isOver = false;
			return () => {
				if (isOver) return;
				isOver = true;
				entry.writing -= 1;
				if (entry.writing > 0) return;
				if (entry.applied === undefined && entry.uid === "") table.drop(name);
				else table.tell(entry);
			};
		},
		wrote(application, key, type, object, rules) {
			const table = tableOf(type);
			const name = nameOf(object);
			const entry = table.entry(name);
			claim(entry, application, key, rules);
			const { uid, resourceVersion } = object.metadata;
			const hash = projectionHash(object, entry.rules);
			entry.applied = { uid, hash };
			entry.told = "";
			if (entry.version !== resourceVersion) table.watch.own(resourceVersion);
			if (entry.version === "" || entry.version === resourceVersion || isLater(resourceVersion, entry.version))
				table.take(name, entry, object);
			return { uid, version: resourceVersion, hash };
		},
		deleted(_application, key) {
			const found = find(key);
			found?.table.drop(found.name);
		},
		known(_application, key) {
			const found = find(key);
			if (found?.entry?.applied === undefined || !found.table.watch.isReady) return { state: "unknown" };
			const { object } = found.entry;
			return { state: stateOf(found.entry), ...(object === undefined ? {} : { object }) };
		},
		async ready(type, options = {}) {
			await tableOf(type).watch.ready(options);
		},
		async health(_application, owned, { signal } = {}) {
			signal?.throwIfAborted();
			return owned.map(({ key }) => ({ key, ...healthOf(find(key)) }));
		},
		async track(application, owned, { settings, signal }: TargetOptions = {}) {
			const now = new Set(owned.map(({ key }) => key));
			for (const key of tracked.get(application) ?? []) {
				if (now.has(key)) continue;
				const found = find(key);
				if (found?.entry?.application === application) found.table.drop(found.name);
			}
			if (now.size === 0) tracked.delete(application);
			else tracked.set(application, now);
			const types = new Map<string, ResourceType | undefined>();
			for (const each of owned) {
				const id = `${each.ref.kind}.${each.ref.group}`;
				if (!types.has(id)) types.set(id, await findTypeOf(client.discovery, each.ref, signal === undefined ? {} : { signal }));
				const type = types.get(id);
				if (type !== undefined) remember(application, each, type, settings?.driftRules ?? []);
			}
		},
		async sweep(_application, owned) {
			// The watches tell what differs; a list corrects what they may have missed.
			return owned.flatMap(({ key }) => {
				const found = find(key);
				const isKnown = found?.entry?.applied !== undefined && found.table.watch.isReady;
				return isKnown && stateOf(found.entry) !== "same" ? [key] : [];
			});
		},
		recover: (application, options) => recovery.recover(application, options ?? {}),
		children: (_application, owned, options) => childrenOf({ client, health, uidOf }, owned, options ?? {}),
		notes: (_application, owned, options) => notesOf({ client, health, uidOf }, owned, options ?? {}),
		async close() {
			isClosed = true;
			causes.close();
			await Promise.all([...tables.values()].map((table) => table.watch.close()));
			tables.clear();
		},
	};

	function uidOf(key: ObjectKey): string | undefined {
		const uid = find(key)?.entry?.uid;
		return uid === "" ? undefined : uid;
	}

	function healthOf(found: { readonly table: KindTable; readonly entry: Entry | undefined } | undefined): Health {
		const failure = found?.table.watch.failure;
		if (failure !== undefined) return { status: "Unknown", message: toAppError(failure).message };
		if (found?.entry === undefined) return { status: "Unknown", message: "not seen yet" };
		const { health: own, cause } = found.entry;
		return cause === "" ? own : { status: causes.statusOf(own, cause), message: cause };
	}
}

function kindId({ kind, group }: { readonly kind: string; readonly group: string }): string {
	return `${kind}.${group}`;
}

function nameIn(type: ResourceType, { namespace, name }: ObjectRef): string {
	return `${type.namespaced ? namespace : ""}/${name}`;
}
