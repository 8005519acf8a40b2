import { type ApplicationState, newApplicationState } from "../core/application-state.ts";
import type { Json } from "../core/object.ts";
import { conditionsOf } from "../core/summarise.ts";
import type { Actor } from "../core/views/common.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store, Write } from "../ports/store.ts";

/** An event as the engine says it; time and number are added when it is written. */
export type NewEvent = Omit<GitwardEvent, "id" | "time" | "by"> & { readonly by?: Actor };

/** Fields to set; `undefined` removes one. */
export type StatePatch = { readonly [K in keyof ApplicationState]?: ApplicationState[K] | undefined };

/** What Gitward does by itself. */
export const automation: Actor = { name: "gitward", via: "automation" };

/** The one place where status is written: states, their events and what belongs to them go to the store together. */
export interface Status {
	get(name: string): ApplicationState | undefined;
	all(): IterableIterator<ApplicationState>;
	/** Changes a state at once in memory; resolves when it is durable. Creates it where `environment` is given and none exists. */
	update(
		name: string,
		patch: StatePatch,
		extra?: { readonly writes?: readonly Write[]; readonly events?: readonly NewEvent[] },
	): Promise<void>;
	remove(name: string, events: readonly NewEvent[]): Promise<void>;
	/** Events that belong to no Application's change of state. */
	tell(events: readonly NewEvent[], writes?: readonly Write[]): Promise<void>;
	/** Called for each durable event, in order. */
	subscribe(listener: (event: GitwardEvent) => void): () => void;
	/** Called after each change of a state in memory. */
	onChange(listener: (state: ApplicationState) => void): () => void;
}

function merge(state: ApplicationState, patch: StatePatch): ApplicationState {
	const next: Record<string, unknown> = { ...state };
	for (const [key, value] of Object.entries(patch)) {
		if (value === undefined) delete next[key];
		else next[key] = value;
	}
	return next as unknown as ApplicationState;
}

/** Opens the status of all Applications that the store knows. */
export async function openStatus(store: Store, clock: Clock): Promise<Status> {
	const states = new Map<string, ApplicationState>();
	const stored = new Map<string, string>();
	for (const [name, state] of await store.applications()) {
		states.set(name, state as unknown as ApplicationState);
		stored.set(name, JSON.stringify(state));
	}
	const listeners = new Set<(event: GitwardEvent) => void>();
	const watchers = new Set<(state: ApplicationState) => void>();
	const now = (): string => new Date(clock.now()).toISOString();

	function dated(events: readonly NewEvent[]): Write[] {
		return events.map((event) => ({ type: "event", event: { by: automation, ...event, time: now() } }));
	}

	async function write(writes: readonly Write[]): Promise<void> {
		if (writes.length === 0) return;
		const events = await store.write(writes);
		for (const event of events) for (const listener of listeners) listener(event);
	}

	function healthEvent(before: ApplicationState, after: ApplicationState): NewEvent[] {
		if (before.health.status === after.health.status) return [];
		const severity = after.health.status === "Degraded" || after.health.status === "Missing" ? "warning" : "info";
		const message = `${before.health.status} → ${after.health.status}${after.health.message === "" ? "" : `: ${after.health.message}`}`;
		return [{ type: "HealthChanged", severity, message, application: after.name, environment: after.environment }];
	}

	return {
		get: (name) => states.get(name),
		all: () => states.values(),
		async update(name, patch, extra = {}) {
			const before = states.get(name) ?? newApplicationState(name, patch.environment ?? "");
			const changed = merge(before, patch);
			const after = { ...changed, conditions: conditionsOf(changed, now()) };
			states.set(name, after);
			const text = JSON.stringify(after);
			const writes: Write[] = [...(extra.writes ?? [])];
			const moved = stored.get(name) !== text;
			if (moved) {
				stored.set(name, text);
				writes.unshift({ type: "application", name, state: after as unknown as Json });
			}
			writes.push(...dated([...(extra.events ?? []), ...healthEvent(before, after)]));
			if (moved) for (const watcher of watchers) watcher(after);
			try {
				await write(writes);
			} catch (error) {
				stored.delete(name);
				throw error;
			}
		},
		async remove(name, events) {
			const state = states.get(name);
			states.delete(name);
			stored.delete(name);
			await write([{ type: "remove-application", name }, ...dated(events)]);
			if (state !== undefined) for (const watcher of watchers) watcher(state);
		},
		tell: (events, writes = []) => write([...writes, ...dated(events)]),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		onChange(listener) {
			watchers.add(listener);
			return () => watchers.delete(listener);
		},
	};
}
