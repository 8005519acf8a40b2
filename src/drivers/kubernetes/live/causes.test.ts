import { expect, it } from "vitest";
import type { HealthStatus } from "../../../core/health.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { TargetEvent } from "../../../ports/driver.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { createCauses } from "./causes.ts";
import { type Entry, newEntry } from "./entry.ts";

const type: ResourceType = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true, verbs: [] };
const web = {
	apiVersion: "apps/v1",
	kind: "Deployment",
	metadata: { name: "web", namespace: "a", uid: "1", resourceVersion: "1", generation: 1 },
	status: { observedGeneration: 1, conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }] },
};

/** A cluster that holds `object`, and a clock whose timers run when they are due. */
function play(object: LiveObject | undefined) {
	let now = 0;
	let reads = 0;
	const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
	const told: TargetEvent[] = [];
	const clock = {
		after(ms: number, run: () => void) {
			const id = timers.size === 0 ? 0 : Math.max(...timers.keys()) + 1;
			timers.set(id, { at: now + ms, run });
			return () => void timers.delete(id);
		},
	} as unknown as Clock;
	const client = {
		async get() {
			reads += 1;
			return object;
		},
	} as unknown as KubernetesClient;
	const causes = createCauses({ client, clock, notify: (event) => told.push(event) });
	return {
		told,
		reads: () => reads,
		timers: () => timers.size,
		see: (entry: Entry, status: HealthStatus) => {
			entry.health = { status, message: "" };
			causes.look(entry, type, "a/web", web);
		},
		async pass(ms: number) {
			now += ms;
			for (const [id, { at, run }] of timers) {
				if (at > now) continue;
				timers.delete(id);
				run();
			}
			await new Promise(setImmediate);
		},
	};
}

const claimed = (): Entry => ({ ...newEntry(), uid: "1", application: "shop", key: "Deployment.apps/a/web" });

it("asks nothing about what was just made and gets well in time", async () => {
	const { see, pass, reads } = play(web);
	const entry = claimed();
	see(entry, "Progressing");
	await pass(5000);
	entry.health = { status: "Healthy", message: "" };
	await pass(60_000);
	expect(reads()).toBe(0);
});

it("looks at once at what is Degraded, and at what takes long", async () => {
	const slow = play(web);
	slow.see(claimed(), "Progressing");
	await slow.pass(10_000);
	expect([slow.reads(), slow.told.length]).toEqual([1, 1]);
	const ill = play(web);
	const entry = claimed();
	ill.see(entry, "Progressing");
	ill.see(entry, "Degraded");
	await ill.pass(1000);
	expect([ill.reads(), entry.cause, ill.timers()]).toEqual([1, "exceeded quota", 1]);
});

it("looks no more at what is gone or nobody's", async () => {
	const gone = play(undefined);
	gone.see(claimed(), "Degraded");
	await gone.pass(1000);
	expect([gone.reads(), gone.timers()]).toEqual([1, 0]);
	const nobodys = play(web);
	nobodys.see({ ...claimed(), key: undefined }, "Degraded");
	await nobodys.pass(1000);
	expect(nobodys.reads()).toBe(0);
});
