import type { AppError } from "../../../core/app-error.ts";
import type { EnvironmentDocument } from "../../../core/documents/environment.ts";
import type { Health } from "../../../core/health.ts";
import { type ObjectKey, parseKey } from "../../../core/object.ts";
import type { HealthAssessor } from "../../../health/health.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { DriverContext } from "../../../ports/driver.ts";
import type { KubernetesClient, ResourceType } from "../client/client.ts";
import type { LiveSide } from "../live-side.ts";
import { instanceLabel } from "../marks.ts";
import { childrenOf } from "../tree/children.ts";
import { notesOf } from "../tree/notes.ts";
import { createCauses } from "./causes.ts";
import { isLater, stateOf, unseen } from "./entry.ts";
import { absent, type KindTable, openKindTable } from "./kind-table.ts";
import { createKindTables, nameIn, type Place } from "./kind-tables.ts";
import { nameOf } from "./kind-watch.ts";
import { projectionHash } from "./projection.ts";
import { createReachability } from "./reachability.ts";
import { createRecovery } from "./recovery.ts";
import { claim, createTracking } from "./tracking.ts";

export interface LiveOptions {
	readonly client: KubernetesClient;
	readonly health: HealthAssessor;
	readonly context: DriverContext;
	readonly environment: EnvironmentDocument;
}

/** Milliseconds that a question about health waits for the first list of a kind. */
const patienceMs = 5000;

/** What lives in one cluster; see Live. */
export function openLive({ client, health, context, environment }: LiveOptions): LiveSide {
	const { clock, log, notify } = context;
	const { name: place } = environment.metadata;
	const labelSelector = `${instanceLabel}=${context.instance}`;
	const causes = createCauses({ client, clock, notify });
	const recovery = createRecovery({ client, clock, labelSelector, environment: place });
	const reachability = createReachability({ environment: place, clock, log, notify });
	const tables = createKindTables((type) =>
		openKindTable({
			client,
			type,
			labelSelector,
			environment: place,
			health,
			clock,
			random: Math.random,
			notify,
			ill: causes.look,
			isAwaited: () => isAwaited,
			onReachable: (failure) => onReachable(type, failure),
		}),
	);
	const tracking = createTracking({ client, clock, tables, notify });
	let isClosed = false;
	let isAwaited = false;

	function onReachable(type: ResourceType, failure: AppError | undefined): void {
		if (isClosed) return;
		const concerned = new Set<string>();
		for (const { application } of tables.of(type).entries.values()) if (application !== undefined) concerned.add(application);
		reachability.changed(`${type.kind}.${type.group}`, failure, concerned);
	}

	return {
		writing(application, key, type) {
			const table = tables.of(type);
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
			const table = tables.of(type);
			const name = nameOf(object);
			const entry = table.entry(name);
			const isUnclaimed = entry.applied === undefined;
			claim(entry, application, key, rules);
			tracking.only(key, entry);
			const { uid, resourceVersion } = object.metadata;
			const hash = projectionHash(object, entry.rules);
			entry.applied = { uid, hash };
			entry.told = "";
			if (entry.version !== resourceVersion) table.watch.own(resourceVersion);
			if (entry.version === "" || entry.version === resourceVersion || isLater(resourceVersion, entry.version))
				table.take(name, entry, object, true);
			// What came after it was seen before the rules were known.
			else if (isUnclaimed && entry.rules.length > 0 && entry.uid !== "") table.verify(name, entry);
			else table.tell(entry);
			return { uid, version: resourceVersion, hash, api: type.version };
		},
		deleted(application, key) {
			const isShared = tracking.isShared(key);
			tracking.forget(application, key);
			const found = tables.find(key);
			if (!isShared) found?.table.drop(found.name);
		},
		isShared: tracking.isShared,
		known(_application, key) {
			const found = tables.find(key);
			if (found?.entry?.applied === undefined || !isKnown(found.table)) return { state: "unknown" };
			const { object } = found.entry;
			return { state: stateOf(found.entry), ...(object === undefined ? {} : { object }) };
		},
		async ready(type, options = {}) {
			await Promise.all(tables.ofKind(type).map(async (table) => (isKnown(table) ? undefined : table.watch.ready(options))));
		},
		async health(application, owned, { signal } = {}) {
			signal?.throwIfAborted();
			const due = new Set(owned.flatMap(({ ref }) => tables.ofKind(ref))).values().filter((table) => !isKnown(table));
			await within(
				clock,
				patienceMs,
				Promise.allSettled([...due].map((table) => table.watch.ready(signal === undefined ? {} : { signal }))),
			);
			signal?.throwIfAborted();
			const failure = tracking.failureOf(application);
			return owned.map(({ key }) => {
				const found = tables.find(key);
				return { key, ...(found?.entry === undefined && tracking.isWithoutKind(application, key) ? absent : healthOf(failure, found)) };
			});
		},
		track: tracking.track,
		async sweep(application, owned) {
			if (tracking.failureOf(application) !== undefined) return [];
			// The watches tell what differs, and it was told: this is for those who come later.
			return owned.flatMap(({ key }) => {
				const found = tables.find(key);
				if (found?.entry?.applied === undefined) return tracking.isWithoutKind(application, key) ? [key] : [];
				return isKnown(found.table) && ["drifted", "missing"].includes(stateOf(found.entry)) ? [key] : [];
			});
		},
		isAsApplied(application) {
			const keys = tracking.keysOf(application);
			if (keys === undefined || tracking.failureOf(application) !== undefined) return false;
			for (const key of keys) {
				const found = tables.find(key);
				if (found?.entry?.applied === undefined || !isKnown(found.table) || stateOf(found.entry) !== "same") return false;
			}
			return true;
		},
		recover: (application, options) => recovery.recover(application, options ?? {}),
		children: (_application, owned, options) => childrenOf({ client, health, uidOf }, owned, options ?? {}),
		notes: (_application, owned, options) => notesOf({ client, health, uidOf }, owned, options ?? {}),
		async close() {
			isClosed = true;
			causes.close();
			reachability.close();
			tracking.close();
			await Promise.all(tables.all().map((table) => table.close()));
		},
	};

	function uidOf(key: ObjectKey): string | undefined {
		const uid = tables.find(key)?.entry?.uid;
		return uid === "" ? undefined : uid;
	}

	function healthOf(untracked: AppError | undefined, found: Place | undefined): Health {
		if (untracked !== undefined) return { status: "Unknown", message: untracked.message };
		if (found === undefined) return unseen;
		const { failure } = found.table.watch;
		if (failure !== undefined && !isKnown(found.table)) return { status: "Unknown", message: failure.message };
		if (!isKnown(found.table) || found.entry?.health === unseen) {
			isAwaited = true;
			return unseen;
		}
		if (found.entry === undefined) return absent;
		const { health: own, cause } = found.entry;
		return cause === "" ? own : { status: causes.statusOf(own, cause), message: cause };
	}
}

/** Whether what is known of a kind is so: its watch is well, or the kind itself is gone. */
function isKnown({ watch }: KindTable): boolean {
	return watch.isReady || watch.isRemoved;
}

/** Waits for work, but no longer than this. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
	const late = Promise.withResolvers<void>();
	const cancel = clock.after(ms, late.resolve);
	await Promise.race([work, late.promise]);
	cancel();
}
