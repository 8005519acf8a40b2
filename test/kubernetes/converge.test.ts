import { expect, it } from "vitest";
import { sharedCluster } from "./shared.ts";
import { configMapManifest, configMaps, createClusterWorld, manifest } from "./world.ts";

const cluster = sharedCluster();
const admin = { name: "admin", via: "cli" } as const;

it("makes a cluster what Git says, follows commits, prunes, and rolls back", async () => {
	const world = await createClusterWorld(cluster);
	await world.repository.push(configMaps("shop", { a: "1", b: "1", c: "1", d: "1" }));
	await world.applications({ shop: {} });
	await world.start();
	await world.settled("shop");
	expect((await world.configMap("a"))?.["data"]).toEqual({ text: "1" });
	await world.repository.push(configMaps("shop", { a: "2", d: null }));
	await world.until("the commit is live", async () => (await world.configMap("a"))?.["data"].text === "2");
	await world.settled("shop");
	expect(await world.configMap("d")).toBeUndefined();
	const { items } = await world.engine().operations.history("shop", { limit: 10 });
	expect(items[0]?.changes.map(({ key, action }) => `${action} ${key.split("/").at(-1)}`)).toEqual(["update a", "delete d"]);
	await world.engine().operations.rollback("shop", { by: admin, to: "1" });
	await world.until("it is as before", async () => (await world.configMap("a"))?.["data"].text === "1");
	await world.settled("shop");
	expect((await world.configMap("d"))?.["data"]).toEqual({ text: "1" });
});

it("reverts edits, deletes and thefts, and says who did them", async () => {
	const world = await createClusterWorld(cluster);
	const path = (name: string): string => `/api/v1/namespaces/${world.namespace}/configmaps/${name}`;
	await world.repository.push(configMaps("shop", { a: "1", b: "1" }));
	await world.applications({ shop: {} });
	await world.start();
	await world.settled("shop");
	const uid = (await world.configMap("a"))?.["metadata"].uid;
	await cluster.call("PATCH", `${path("a")}?fieldManager=kubectl-edit`, { data: { text: "edited" } });
	await world.until("the edit is reverted", async () => (await world.configMap("a"))?.["data"].text === "1");
	await cluster.call("DELETE", path("b"));
	await world.until("the deleted one is back", async () => (await world.configMap("b"))?.["data"].text === "1");
	const theft = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { text: "stolen" } };
	await cluster.call("PATCH", `${path("a")}?fieldManager=thief&force=true`, theft, { contentType: "application/apply-patch+yaml" });
	await world.until("the theft is reverted", async () => (await world.configMap("a"))?.["data"].text === "1");
	expect((await world.configMap("a"))?.["metadata"].uid).toBe(uid);
	await world.until("all is told", async () => {
		const events = await world.engine().operations.events({ limit: 100, application: "shop" });
		return events.filter((event) => event.type === "DriftRepaired").length === 3;
	});
	const messages = (await world.engine().operations.events({ limit: 100, application: "shop" }))
		.filter((event) => event.type === "DriftRepaired")
		.map((event) => event.message);
	expect(messages[0]).toMatch(/\/data\/text \(set by kubectl-edit at 2/u);
	expect(messages[1]).toContain("was gone");
	expect(messages[2]).toContain("set by thief");
});

it("writes nothing and asks for next to nothing where nothing changed, also after a restart", async () => {
	const world = await createClusterWorld(cluster);
	await world.repository.push(configMaps("shop", { a: "1", b: "1" }));
	await world.applications({ shop: {} }, { sweep: "200ms" });
	await world.start();
	await world.settled("shop");
	const version = (await world.configMap("a"))?.["metadata"].resourceVersion;
	await world.stop();
	await world.start();
	await world.settled("shop");
	await world.until("all is seen", async () =>
		(await world.engine().operations.objects("shop")).every(({ health }) => health.status === "Healthy"),
	);
	const before = { ...world.engine().counters };
	await new Promise((resolve) => setTimeout(resolve, 1000));
	const { renders, applies, reads, writes } = world.engine().counters;
	expect([renders, applies, writes]).toEqual([0, 0, 0]);
	expect(reads).toBe(before.reads);
	expect((await world.configMap("a"))?.["metadata"].resourceVersion).toBe(version);
});

it("reports or asks instead of healing, by object and by field, and names a controller that fights back", async () => {
	const world = await createClusterWorld(cluster);
	const path = (name: string): string => `/api/v1/namespaces/${world.namespace}/configmaps/${name}`;
	const set = (name: string, text: string, manager: string): Promise<unknown> =>
		cluster.call("PATCH", `${path(name)}?fieldManager=${manager}`, { data: { text } });
	await world.repository.push({
		"shop/ask.yaml": configMapManifest("ask", "1", { "gitward.dev/drift": "ask" }),
		"shop/free.yaml": configMapManifest("free", "1"),
		"shop/fought.yaml": configMapManifest("fought", "1"),
	});
	await world.applications({ shop: { driftRules: [{ name: "free", fields: ["/data/text"] }] } });
	await world.start();
	await world.settled("shop");
	await set("ask", "2", "ada");
	await world.until("it asks", () => world.application("shop").holds.some(({ reason }) => reason === "DriftAsk"));
	const asked = (await world.engine().operations.objects("shop")).find(({ name }) => name === "ask");
	expect(asked?.drift).toMatchObject({ mode: "ask", fields: [{ path: "/data/text", manager: "ada" }] });
	await set("free", "2", "autoscaler");
	const fights = setInterval(() => {
		world
			.configMap("fought")
			.then((live) => (live?.["data"].text === "1" ? set("fought", "mine", "rival-controller") : undefined))
			.catch(() => {});
	}, 20);
	try {
		await world.until("the fight is given up", () => world.application("shop").holds.some(({ reason }) => reason === "DriftFight"), 30_000);
	} finally {
		clearInterval(fights);
	}
	expect(world.application("shop").holds.find(({ reason }) => reason === "DriftFight")?.message).toContain("rival-controller");
	expect((await world.configMap("free"))?.["data"].text).toBe("2");
	expect((await world.configMap("ask"))?.["data"].text).toBe("2");
	await world.engine().operations.sync("shop", { by: admin });
	await world.until("a Sync that a person asked for repairs", async () => (await world.configMap("fought"))?.["data"].text === "1");
	await world.settled("shop");
	expect((await world.configMap("ask"))?.["data"].text).toBe("1");
	expect((await world.configMap("free"))?.["data"].text).toBe("2");
});

it("hands a renamed Application's objects over: no object is made anew", async () => {
	const world = await createClusterWorld(cluster);
	await world.repository.push(configMaps("shop", { a: "1", b: "1" }));
	await world.applications({ shop: {} });
	await world.start();
	await world.settled("shop");
	const uid = (await world.configMap("a"))?.["metadata"].uid;
	await world.applications({ store: { path: "shop" } });
	await world.until("the old name is gone", () =>
		world
			.engine()
			.operations.applications()
			.every(({ name }) => name !== "shop"),
	);
	await world.settled("store");
	expect((await world.configMap("a"))?.["metadata"].uid).toBe(uid);
	expect((await world.engine().operations.objects("store")).map(({ created }) => created)).toEqual([true, true]);
});

it("knows its own objects again after its store was lost, and prunes what Git no longer holds", async () => {
	const world = await createClusterWorld(cluster);
	await world.repository.push(configMaps("shop", { a: "1", b: "1", c: "1", d: "1" }));
	await world.applications({ shop: {} });
	await world.start();
	await world.settled("shop");
	const uid = (await world.configMap("a"))?.["metadata"].uid;
	await world.stop();
	await world.loseState();
	await world.repository.push(configMaps("shop", { d: null }));
	await world.start();
	await world.settled("shop");
	expect((await world.configMap("a"))?.["metadata"].uid).toBe(uid);
	expect(await world.configMap("d")).toBeUndefined();
	expect((await world.engine().operations.objects("shop")).map(({ name, created }) => [name, created])).toEqual([
		["a", true],
		["b", true],
		["c", true],
	]);
});

it("touches nothing that is another Gitward's or nobody's, and says whose it is", async () => {
	const one = await createClusterWorld(cluster);
	await one.repository.push(configMaps("shop", { a: "1" }));
	await one.applications({ shop: {} });
	await one.start();
	await one.settled("shop");
	const two = await createClusterWorld(cluster);
	await cluster.call("POST", `/api/v1/namespaces/${one.namespace}/configmaps`, {
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name: "theirs" },
		data: { text: "by hand" },
	});
	await two.repository.push({ ...configMaps("rival", { a: "2", theirs: "2" }) });
	await two.applications({ rival: { namespace: one.namespace } });
	await two.start();
	await two.until("it says so", () => two.application("rival").holds.some(({ reason }) => reason === "Foreign"));
	expect(two.application("rival").sync).toBe("OutOfSync");
	expect((await one.configMap("a"))?.["data"].text).toBe("1");
	expect((await one.configMap("theirs"))?.["data"].text).toBe("by hand");
	const { warnings } = await two.engine().operations.application("rival");
	expect(warnings.find((warning) => warning.includes("/a:"))).toContain("another Gitward");
	expect(warnings.find((warning) => warning.includes("/theirs:"))).toContain("gitward.dev/adopt");
	await two.applications({});
	await two.until("the rival is gone", () => two.engine().operations.applications().length === 0);
	expect((await one.configMap("a"))?.["data"].text).toBe("1");
	expect((await one.configMap("theirs"))?.["data"].text).toBe("by hand");
});

it("plans what a push would do by the server's own dry run, also where namespace and definition are yet to come", async () => {
	const world = await createClusterWorld(cluster);
	await world.repository.push(configMaps("shop", { a: "1" }));
	await world.applications({ shop: {} });
	await world.start();
	await world.settled("shop");
	const group = `${world.namespace}.example.com`;
	const definition = manifest({
		apiVersion: "apiextensions.k8s.io/v1",
		kind: "CustomResourceDefinition",
		metadata: { name: `widgets.${group}` },
		spec: {
			group,
			scope: "Namespaced",
			names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
			versions: [
				{
					name: "v1",
					served: true,
					storage: true,
					schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
				},
			],
		},
	});
	const base = await world.repository.git("rev-parse", "HEAD");
	const fresh = `${world.namespace}-new`;
	const files = new Map([
		["shop/a.yaml", Buffer.from(configMapManifest("a", "2"))],
		["shop/1.yaml", Buffer.from(definition)],
		["shop/2.yaml", Buffer.from(manifest({ apiVersion: "v1", kind: "Namespace", metadata: { name: fresh } }))],
		[
			"shop/3.yaml",
			Buffer.from(manifest({ apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "w", namespace: fresh }, spec: { size: 1 } })),
		],
	]);
	const plan = await world.engine().operations.plan("shop", { workingTree: { repository: "config", base, files } });
	expect(plan.changes.map(({ key, action }) => `${action} ${key.split("/")[0]}`)).toEqual([
		"create Namespace",
		"create CustomResourceDefinition.apiextensions.k8s.io",
		"update ConfigMap",
		`create Widget.${group}`,
	]);
	expect(plan.changes[2]?.differences).toMatchObject([{ path: "/data/text", before: "1", after: "2" }]);
	await world.repository.push({ "shop/a.yaml": configMapManifest("a", "2"), "shop/1.yaml": definition });
	await world.until("it is live", async () => (await world.configMap("a"))?.["data"].text === "2");
	await world.settled("shop");
	expect((await world.engine().operations.plan("shop")).changes).toEqual([]);
});
