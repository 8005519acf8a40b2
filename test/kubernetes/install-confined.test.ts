import { expect, it, onTestFinished } from "vitest";
import { confined } from "../../src/drivers/kubernetes/client/confined.ts";
import type { AnyObject } from "./cluster.ts";
import { applyAll, chartObjects, pathOf } from "./install-objects.ts";
import { collect, configMap, kubeconfigFor, openClient, typeOf } from "./open-client.ts";
import { sharedCluster } from "./shared.ts";
import { configMapManifest, configMaps, createClusterWorld } from "./world.ts";

const cluster = sharedCluster();

/** Gives the chart's rights in these namespaces to a service account, and makes a kubeconfig of it. */
async function rightsIn(namespaces: readonly string[]): Promise<string> {
	const home = await cluster.makeNamespace("gitward");
	const objects = (await chartObjects("keeper", home, { namespaces })).filter(
		({ kind }) => kind === "ServiceAccount" || /Role/u.test(kind as string),
	);
	await applyAll(cluster, objects);
	onTestFinished(async () => {
		for (const object of objects) if (object["metadata"].namespace === undefined) await cluster.call("DELETE", pathOf(object));
	});
	return kubeconfigFor(cluster, { token: await cluster.serviceAccountToken(home, "keeper") });
}

it("keeps the namespaces that the chart names, with no right beyond", async () => {
	const world = await createClusterWorld(cluster);
	const second = await cluster.makeNamespace();
	const kubeconfig = await rightsIn([world.namespace, second]);
	await world.repository.push(configMaps("shop", { a: "1", b: "1", c: "1", d: "1" }));
	await world.applications({ shop: {} }, {}, { kubeconfig, namespaces: [world.namespace, second] });
	await world.start();
	await world.settled("shop");
	await cluster.call("PATCH", `/api/v1/namespaces/${world.namespace}/configmaps/a?fieldManager=kubectl-edit`, { data: { text: "edited" } });
	await world.until("the edit is reverted", async () => (await world.configMap("a"))?.["data"].text === "1");
	await world.repository.push(configMaps("shop", { a: "2", d: null }));
	await world.until("the commit is live", async () => (await world.configMap("a"))?.["data"].text === "2");
	await world.settled("shop");
	expect(await world.configMap("d")).toBeUndefined();

	const other = await cluster.makeNamespace();
	const elsewhere = JSON.parse(configMapManifest("e", "1")) as AnyObject;
	await world.repository.push({ "shop/e.yaml": JSON.stringify({ ...elsewhere, metadata: { name: "e", namespace: other } }) });
	await world.until("what is out of reach is refused", async () => {
		const events = await world.engine().operations.events({ limit: 50, application: "shop" });
		return events.some(({ message }) => message.includes(`the namespace ${other} is out of reach`));
	});
});

it("lists and watches each namespace as if it were one, and nothing else", async () => {
	const [one, two, three] = [await cluster.makeNamespace(), await cluster.makeNamespace(), await cluster.makeNamespace()];
	await using client = await openClient({ kubeconfig: cluster.kubeconfig });
	const type = await typeOf(client, "", "ConfigMap");
	const narrow = confined(client, [one, two]);
	const apply = (namespace: string, name: string): Promise<unknown> =>
		client.apply(type, { namespace, name }, configMap(name), { fieldManager: "test", force: true });
	for (const namespace of [one, two, three]) await apply(namespace, "before");
	const pages = await collect(narrow.list(type, { limit: 1 }));
	const names = pages.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
	expect(names.filter((name) => name.endsWith("/before"))).toEqual([`${one}/before`, `${two}/before`]);
	expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);

	const stop = new AbortController();
	const seen: string[] = [];
	const watching = (async () => {
		const options = { resourceVersion: pages[0]?.resourceVersion ?? "", signal: stop.signal };
		for await (const line of narrow.watch(type, options)) {
			if (line.type === "BOOKMARK") continue;
			const { metadata } = line.object();
			seen.push(`${metadata.namespace}/${metadata.name}`);
		}
	})();
	for (const namespace of [three, two, one]) await apply(namespace, "after");
	await expect.poll(() => seen.filter((name) => name.endsWith("/after")).toSorted()).toEqual([`${one}/after`, `${two}/after`].toSorted());
	stop.abort();
	await expect(watching).rejects.toThrow(/abort/iu);

	for (const ask of [
		() => narrow.get(type, { namespace: three, name: "before" }),
		() => narrow.delete(type, { namespace: three, name: "before" }, {}),
		() => narrow.apply(type, { namespace: three, name: "x" }, configMap("x"), { fieldManager: "test", force: true }),
	])
		await expect(ask()).rejects.toMatchObject({ code: "NamespaceOutOfReach", kind: "denied" });
	expect(await client.get(type, { namespace: three, name: "before" })).toBeDefined();
});

it("a watch that ends is listed anew once anything was seen, and fails as it failed before", async () => {
	const namespace = await cluster.makeNamespace();
	await using client = await openClient({ kubeconfig: cluster.kubeconfig });
	const type = await typeOf(client, "", "ConfigMap");
	const narrow = confined(client, [namespace, `${namespace}-not-there`]);
	await expect(collect(narrow.watch(type, { resourceVersion: "not a version" }))).rejects.not.toMatchObject({ code: "WatchExpired" });
	const [page] = await collect(narrow.list(type));
	await client.apply(type, { namespace, name: "a" }, configMap("a"), { fieldManager: "test", force: true });
	const ending = confined(
		{
			...client,
			async *watch(kind, options) {
				for await (const line of client.watch(kind, options)) {
					yield line;
					throw new Error("cut off");
				}
			},
		},
		[namespace],
	);
	await expect(collect(ending.watch(type, { resourceVersion: page?.resourceVersion ?? "" }))).rejects.toMatchObject({
		code: "WatchExpired",
	});
});
