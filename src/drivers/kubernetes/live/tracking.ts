import { type AppError, toAppError } from "../../../core/app-error.ts";
import { nextDelay } from "../../../core/backoff.ts";
import type { DriftRule } from "../../../core/documents/environment.ts";
import { type ObjectKey, parseKey } from "../../../core/object.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { OwnedObject, TargetEvent, TargetOptions } from "../../../ports/driver.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import { rulesFor } from "../apply/kept-fields.ts";
import { recordOf } from "../apply/record.ts";
import { findTypeOf } from "../apply/types.ts";
import type { KubernetesClient, ResourceType } from "../client/client.ts";
import { type Entry, stateOf } from "./entry.ts";
import { type KindTables, nameIn } from "./kind-tables.ts";

export interface TrackingOptions {
	readonly client: KubernetesClient;
	readonly clock: Clock;
	readonly tables: KindTables;
	readonly notify: (event: TargetEvent) => void;
}

/** Which Objects Applications own. */
export interface Tracking {
	/** As Target.track; where the cluster cannot be asked for kinds it goes on by itself once it can. */
	track(application: string, owned: readonly OwnedObject[], options?: TargetOptions): Promise<void>;
	/** What an Application owns; undefined where it is not tracked. */
	keysOf(application: string): ReadonlySet<ObjectKey> | undefined;
	/** Why what an Application owns could not be looked up yet. */
	failureOf(application: string): AppError | undefined;
	/** Whether an Application's Object cannot be there, as the cluster did not know its kind when it was tracked. */
	isWithoutKind(application: string, key: ObjectKey): boolean;
	/**
	 * Whether another key that is tracked means the same live object: of kinds that have no namespaces, though Git gives them one, as where
	 * their definition comes otherwise.
	 */
	isShared(key: ObjectKey): boolean;
	/** An Application has an Object no more. */
	forget(application: string, key: ObjectKey): void;
	/** An Object is kept here from now on, and not in the table of another version of its API. */
	only(key: ObjectKey, entry: Entry): void;
	close(): void;
}

interface Waiting {
	readonly owned: readonly OwnedObject[];
	readonly rules: readonly DriftRule[];
	readonly failure: AppError;
}

/** Notes whose an Object is and which rules hold for it. */
export function claim(entry: Entry, application: string, key: ObjectKey, rules: readonly DriftRule[]): void {
	entry.application = application;
	entry.key = key;
	entry.rules = rules.length === 0 ? rules : rulesFor(rules, parseKey(key));
}

export function createTracking({ client, clock, tables, notify }: TrackingOptions): Tracking {
	const tracked = new Map<string, Set<ObjectKey>>();
	const waiting = new Map<string, Waiting>();
	const withoutKind = new Map<string, ReadonlySet<ObjectKey>>();
	const stop = new AbortController();
	let cancel: (() => void) | undefined;
	let failures = 0;

	/** Takes a record of the Inventory as what was applied. */
	function remember(application: string, owned: OwnedObject, type: ResourceType, rules: readonly DriftRule[]): void {
		const record = recordOf(owned);
		if (record === undefined) return;
		const table = tables.of(type);
		const name = nameIn(type, owned.ref);
		const entry = table.entry(name);
		const { applied, rules: before } = entry;
		claim(entry, application, owned.key, rules);
		// What was written or tracked before is known better here than by the Inventory.
		if (entry.writing > 0 || applied !== undefined) return;
		entry.applied = { uid: record.uid, hash: record.hash };
		if (entry.uid === record.uid && entry.version === record.version) {
			entry.hash = record.hash;
			entry.told = "";
		} else if (entry.uid !== "" && (before.length > 0 || entry.rules.length > 0 || stateOf(entry) !== "same")) {
			// It was seen before it was known whose it is: by which rules, and with which differences.
			table.verify(name, entry);
		}
		if (table.watch.isReady) table.tell(entry);
	}

	async function rememberAll(
		application: string,
		owned: readonly OwnedObject[],
		rules: readonly DriftRule[],
		options: SignalOption,
	): Promise<void> {
		const types = new Map<string, ResourceType | undefined>();
		const without = new Set<ObjectKey>();
		for (const each of owned) {
			const api = apiOf(each);
			const id = `${each.ref.kind}.${each.ref.group} ${api}`;
			if (!types.has(id)) types.set(id, await typeOf(each, api, options));
			const type = types.get(id);
			if (type !== undefined) remember(application, each, type, rules);
			else if (recordOf(each) !== undefined) without.add(each.key);
		}
		if (without.size === 0) withoutKind.delete(application);
		else withoutKind.set(application, without);
	}

	async function typeOf({ ref }: OwnedObject, api: string | undefined, options: SignalOption): Promise<ResourceType | undefined> {
		const { discovery } = client;
		const exact =
			api === undefined
				? undefined
				: (discovery.known(ref.group, ref.kind, api) ?? (await discovery.find(ref.group, ref.kind, api, options)));
		return exact ?? findTypeOf(discovery, ref, options);
	}

	function schedule(): void {
		if (cancel !== undefined || stop.signal.aborted) return;
		failures += 1;
		cancel = clock.after(nextDelay({ attempt: failures, backoffMs: 500, maxBackoffMs: 15_000, random: Math.random() }), () => {
			cancel = undefined;
			void retry();
		});
	}

	async function retry(): Promise<void> {
		for (const [application, wait] of waiting) {
			try {
				await rememberAll(application, wait.owned, wait.rules, { signal: stop.signal });
			} catch {
				schedule();
				return;
			}
			if (waiting.get(application) !== wait) continue;
			waiting.delete(application);
			notify({ application, type: "health" });
		}
		failures = 0;
	}

	function isShared(key: ObjectKey): boolean {
		const { group, kind, name } = parseKey(key);
		if (tables.find(key)?.table.watch.type.namespaced !== false) return false;
		for (const keys of tracked.values()) {
			for (const other of keys) {
				if (other === key || !other.endsWith(`/${name}`)) continue;
				const ref = parseKey(other);
				if (ref.name === name && ref.kind === kind && ref.group === group) return true;
			}
		}
		return false;
	}

	return {
		keysOf: (application) => tracked.get(application),
		isShared,
		forget(application, key) {
			tracked.get(application)?.delete(key);
		},
		async track(application, owned, { settings, signal }: TargetOptions = {}) {
			const now = new Set(owned.map(({ key }) => key));
			const before = tracked.get(application);
			if (now.size === 0) tracked.delete(application);
			else tracked.set(application, now);
			for (const key of before ?? []) {
				if (now.has(key)) continue;
				const found = tables.find(key);
				if (found?.entry?.application === application && !isShared(key)) found.table.drop(found.name);
			}
			waiting.delete(application);
			const rules = settings?.driftRules ?? [];
			try {
				await rememberAll(application, owned, rules, signal === undefined ? {} : { signal });
			} catch (error) {
				signal?.throwIfAborted();
				const failure = toAppError(error);
				if (failure.kind === "internal" || failure.kind === "invalid") throw error;
				waiting.set(application, { owned, rules, failure });
				schedule();
			}
		},
		failureOf: (application) => waiting.get(application)?.failure,
		isWithoutKind: (application, key) => withoutKind.get(application)?.has(key) === true,
		only(key, entry) {
			for (const table of tables.ofKind(parseKey(key))) {
				const name = nameIn(table.watch.type, parseKey(key));
				const other = table.entries.get(name);
				if (other !== undefined && other !== entry) table.drop(name);
			}
		},
		close() {
			stop.abort();
			cancel?.();
		},
	};
}

function apiOf({ record }: OwnedObject): string | undefined {
	const api = typeof record === "object" && record !== null && "api" in record ? record.api : undefined;
	return typeof api === "string" ? api : undefined;
}
