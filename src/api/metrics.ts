import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Operations } from "../engine/operations.ts";

/** Metrics for Prometheus: what Applications and Repositories are like now, and what happened since the start. */
export function createMetrics(
	operations: Operations,
	counters: { readonly renders: number; readonly applies: number; readonly reads: number; readonly writes: number },
): { readonly registry: Registry; stop(): void } {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry, prefix: "gitward_" });
	new Gauge({
		name: "gitward_applications",
		help: "Applications by Environment, sync and health.",
		labelNames: ["environment", "sync", "health"],
		registers: [registry],
		collect() {
			this.reset();
			const counts = new Map<string, { readonly labels: { environment: string; sync: string; health: string }; count: number }>();
			for (const { environment, sync, health } of operations.applications()) {
				const key = `${environment} ${sync} ${health.status}`;
				const known = counts.get(key);
				if (known === undefined) counts.set(key, { labels: { environment, sync, health: health.status }, count: 1 });
				else known.count += 1;
			}
			for (const { labels, count } of counts.values()) this.set(labels, count);
		},
	});
	new Gauge({
		name: "gitward_repository_ready",
		help: "1 where the newest state of the Repository could be read, else 0.",
		labelNames: ["repository"],
		registers: [registry],
		collect() {
			this.reset();
			for (const each of operations.repositories()) this.set({ repository: each.name }, each.conditions[0]?.status === "True" ? 1 : 0);
		},
	});
	for (const [name, help, count] of [
		["gitward_renders", "Renders since the start.", () => counters.renders],
		["gitward_applies", "Objects written to targets since the start.", () => counters.applies],
		["gitward_target_reads", "Requests since the start that read from a cluster.", () => counters.reads],
		["gitward_target_writes", "Requests since the start that wrote to a cluster, dry runs included.", () => counters.writes],
	] as const) {
		new Gauge({
			name,
			help,
			registers: [registry],
			collect() {
				this.set(count());
			},
		});
	}
	const syncs = new Counter({
		name: "gitward_syncs_total",
		help: "Syncs that ended since the start.",
		labelNames: ["environment", "result"],
		registers: [registry],
	});
	const repairs = new Counter({
		name: "gitward_drift_repairs_total",
		help: "Objects whose drift was repaired since the start.",
		labelNames: ["environment"],
		registers: [registry],
	});
	const stop = operations.subscribe((event) => {
		const environment = event.environment ?? "";
		if (event.type === "SyncSucceeded") syncs.inc({ environment, result: "succeeded" });
		if (event.type === "SyncFailed") syncs.inc({ environment, result: "failed" });
		if (event.type === "DriftRepaired") repairs.inc({ environment });
	});
	return { registry, stop };
}
