import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

async function running(replicas: number): Promise<readonly string[]> {
	const deployment: DesiredObject = {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "web", namespace: world.namespace },
		spec: {
			replicas,
			selector: { matchLabels: { app: "web" }, matchExpressions: [{ key: "app", operator: "In", values: ["web", "other"] }] },
			template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
		},
	};
	await world.apply(deployment);
	await world.cluster.until(world.path(deployment), ({ status }) => status?.readyReplicas === replicas);
	const { items } = await world.cluster.call("GET", `/api/v1/namespaces/${world.namespace}/pods`);
	return items.map(({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name);
}

async function linesOf(key: string, tail = 100): Promise<readonly string[]> {
	const lines: string[] = [];
	for await (const { text } of world.target.logs("shop", key, { tail, follow: false })) lines.push(text);
	return lines;
}

it("reads the log of a Pod, and of a workload through its Pods, named where there are several", async () => {
	const [pod, other] = await running(2);
	expect(await linesOf(`Pod/${world.namespace}/${pod}`)).toEqual(["starting", "listening on :8080"]);
	expect(await linesOf(`Pod/${world.namespace}/${pod}`, 1)).toEqual(["listening on :8080"]);
	const all = await linesOf(`Deployment.apps/${world.namespace}/web`);
	expect(all.toSorted()).toEqual([pod, other].flatMap((name) => [`[${name}/web] listening on :8080`, `[${name}/web] starting`]).toSorted());
});

it("follows until it is told to stop", async () => {
	await running(1);
	const stop = new AbortController();
	const lines: string[] = [];
	const options = { tail: 100, follow: true, signal: stop.signal };
	for await (const { text } of world.target.logs("shop", `Deployment.apps/${world.namespace}/web`, options)) {
		lines.push(text);
		if (lines.length === 2) stop.abort();
	}
	expect(lines).toEqual(["starting", "listening on :8080"]);
});

it("says of what has no log that it has none", async () => {
	await world.apply(world.configMap("settings", {}));
	for (const key of [`ConfigMap/${world.namespace}/settings`, `Pod/${world.namespace}/nobody`, "Nothing.example.com//a"]) {
		await expect(linesOf(key)).rejects.toMatchObject({ code: "LogsNotFound", kind: "notFound" });
	}
});
