import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { environmentSchema } from "../../src/core/documents/environment.ts";
import type { DesiredObject } from "../../src/core/object.ts";
import { createKubernetesDriver } from "../../src/drivers/kubernetes/driver.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { Target, TargetEvent } from "../../src/ports/driver.ts";
import { describeDriver } from "../contract/driver.ts";
import { quiet } from "../integration/quiet.ts";
import { pathOf } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

describeDriver("kubernetes", async () => {
	const cluster = sharedCluster();
	const namespace = await cluster.makeNamespace("contract");
	const instance = randomBytes(6).toString("hex");
	const events: TargetEvent[] = [];
	const driver = createKubernetesDriver({ exec: createExec({ environment: {} }), environment: {} });
	const environment = environmentSchema.parse({
		apiVersion: "gitward.dev/v1",
		kind: "Environment",
		metadata: { name: "staging" },
		spec: { target: { kubernetes: { kubeconfig: cluster.kubeconfig } } },
	});
	let opened: Target | undefined;

	const configMap = (name: string, data: Readonly<Record<string, string>>): DesiredObject => ({
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name, namespace },
		data,
	});
	const deployment = (replicas: number): DesiredObject => ({
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "web", namespace },
		spec: {
			replicas,
			selector: { matchLabels: { app: "web" } },
			template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
		},
	});
	const role = (verb: string): DesiredObject => ({
		apiVersion: "rbac.authorization.k8s.io/v1",
		kind: "Role",
		metadata: { name: "reader", namespace },
		rules: [{ apiGroups: [""], resources: ["pods"], verbs: [verb] }],
	});
	const others: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
		ConfigMap: { data: { a: "by hand" } },
		Deployment: { spec: { replicas: 3 } },
		Role: { rules: [] },
	};

	return {
		events,
		objects: [configMap("one", { a: "1" }), configMap("two", { a: "1", b: "2" }), role("get"), deployment(1)],
		changed: [configMap("one", { a: "2" }), configMap("two", { a: "1" }), role("list"), deployment(2)],
		silent: configMap("one", { a: "1" }),
		async open() {
			opened = await driver.open(environment, {
				instance,
				home: cluster.folder,
				base: "/",
				blobs: { open: () => Promise.reject(new Error("there are no blobs")) },
				clock: systemClock,
				log: quiet,
				requests: { reads: 0, writes: 0 },
				notify: (event) => void events.push(event),
			});
			return opened;
		},
		async tamper(object) {
			await cluster.call("PATCH", `${pathOf(object)}?fieldManager=by-hand`, others[object.kind]);
		},
		async destroy(object) {
			await cluster.call("DELETE", pathOf(object));
		},
		async makeForeign(object) {
			const collection = pathOf(object).slice(0, pathOf(object).lastIndexOf("/"));
			await cluster.call("POST", `${collection}?fieldManager=by-hand`, {
				...object,
				...(object.kind === "Deployment" ? { spec: { ...(object["spec"] as object), replicas: 3 } } : others[object.kind]),
			});
		},
		async until(condition, what) {
			const limit = performance.now() + 30_000;
			while (!(await condition())) {
				if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
				await delay(20);
			}
		},
		close: () => opened?.close("shutdown") ?? Promise.resolve(),
	};
});
