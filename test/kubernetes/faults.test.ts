import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documents } from "../integration/world.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { configMapManifest, configMaps, createClusterWorld, manifest } from "./world.ts";

let cluster: ControlPlane;

beforeAll(async () => {
	cluster = await startControlPlane();
});

afterAll(async () => cluster.stop());

const health = (world: Awaited<ReturnType<typeof createClusterWorld>>, name: string): string => world.application(name).health.status;
const failure = (world: Awaited<ReturnType<typeof createClusterWorld>>, name: string): string =>
	world.application(name).conditions.find(({ type }) => type === "Ready")?.message ?? "";

describe("a cluster that cannot be reached", () => {
	it("makes its Applications Unknown, loses nothing, holds up no other Environment, and is caught up with after", async () => {
		const world = await createClusterWorld(cluster);
		await world.repository.push({
			...configMaps("shop", { a: "1", b: "1" }),
			"page/f.yaml": JSON.stringify({
				apiVersion: "host.gitward.dev/v1",
				kind: "File",
				metadata: { name: "f", namespace: "page" },
				spec: { content: "1" },
			}),
		});
		const kubernetes = { kubeconfig: cluster.kubeconfig, namespace: world.namespace };
		await world.control({
			"all.yaml": documents(world.repository.url, { shop: {} }, {}, { kubernetes }),
			"host.yaml": [
				{ apiVersion: "gitward.dev/v1", kind: "Environment", metadata: { name: "host" }, spec: { target: { host: { root: "./live" } } } },
				{
					apiVersion: "gitward.dev/v1",
					kind: "Application",
					metadata: { name: "page" },
					spec: { repository: "config", path: "page", environment: "host" },
				},
			]
				.map((document) => JSON.stringify(document))
				.join("\n---\n"),
		});
		await world.start();
		await world.settled("shop");
		await world.settled("page");
		const uid = (await world.configMap("a"))?.["metadata"].uid;
		await cluster.killApiServer();
		await world.until("it is Unknown", () => health(world, "shop") === "Unknown", 60_000);
		await world.repository.push({
			...configMaps("shop", { a: "2" }),
			"page/f.yaml": JSON.stringify({
				apiVersion: "host.gitward.dev/v1",
				kind: "File",
				metadata: { name: "f", namespace: "page" },
				spec: { content: "2" },
			}),
		});
		await world.until("the host goes on", async () => (await world.live("page/f")) === "2");
		expect(world.application("shop").objects).toBe(2);
		await cluster.startApiServer();
		await world.until("it is caught up with", async () => (await world.configMap("a"))?.["data"].text === "2", 60_000);
		await world.until("it is Healthy", () => health(world, "shop") === "Healthy", 60_000);
		await world.settled("shop");
		expect((await world.configMap("a"))?.["metadata"].uid).toBe(uid);
	});

	it("is caught up with when it was gone in the middle of a Sync", async () => {
		const world = await createClusterWorld(cluster);
		const texts = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`m${index}`, "1"]));
		await world.repository.push(configMaps("shop", texts));
		await world.applications({ shop: { retry: { backoff: "100ms", maxBackoff: "1s" } } });
		await world.start();
		await world.until("some are there", async () => (await world.configMap("m0")) !== undefined);
		await cluster.restartApiServer();
		await world.until("all are there", () => world.application("shop").sync === "Synced", 90_000);
		await world.settled("shop");
		const { body } = await cluster.request("GET", `/api/v1/namespaces/${world.namespace}/configmaps?labelSelector=gitward.dev/instance`);
		expect(body["items"]).toHaveLength(200);
	});

	it("is awaited while its store stands still, and nothing is done twice", async () => {
		const world = await createClusterWorld(cluster);
		await world.repository.push(configMaps("shop", { a: "1" }));
		await world.applications({ shop: { retry: { backoff: "100ms", maxBackoff: "1s" } } });
		await world.start();
		await world.settled("shop");
		cluster.pauseEtcd();
		try {
			await world.repository.push(configMaps("shop", { a: "2" }));
			await world.until("it works on it", () => world.application("shop").sync !== "Synced", 30_000);
		} finally {
			cluster.resumeEtcd();
		}
		await world.until("it is live", async () => (await world.configMap("a"))?.["data"].text === "2", 90_000);
		await world.settled("shop");
	});
});

describe("what the API server refuses", () => {
	it("is told with file and line, and the last good state stays", async () => {
		const world = await createClusterWorld(cluster);
		await world.repository.push(configMaps("shop", { a: "1" }));
		await world.applications({ shop: {} });
		await world.start();
		await world.settled("shop");
		const service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 99999\n";
		await world.repository.push({ "shop/web.yaml": service });
		await world.until("it is told", () => failure(world, "shop").includes("web.yaml:7"));
		expect(failure(world, "shop")).toContain("spec.ports[0].port");
		expect((await world.configMap("a"))?.["data"].text).toBe("1");
		await world.repository.push({ "shop/web.yaml": service.replace("99999", "80"), ...configMaps("shop", { a: "2" }) });
		await world.until("what is mended is applied", async () => (await world.configMap("a"))?.["data"].text === "2");
		await world.settled("shop");
	});

	it("is named where the kind is not known", async () => {
		const world = await createClusterWorld(cluster);
		await world.repository.push({
			"shop/x.yaml": manifest({ apiVersion: "nowhere.example.com/v1", kind: "Gadget", metadata: { name: "x" } }),
		});
		await world.applications({ shop: {} });
		await world.start();
		await world.until("it is told", () => failure(world, "shop").includes("Gadget"));
		expect(failure(world, "shop")).toContain("nowhere.example.com/v1");
	});

	it("is named where a quota is exceeded, and goes through once there is room", async () => {
		const world = await createClusterWorld(cluster);
		await cluster.call("POST", `/api/v1/namespaces/${world.namespace}/resourcequotas`, {
			apiVersion: "v1",
			kind: "ResourceQuota",
			metadata: { name: "few" },
			spec: { hard: { secrets: "0" } },
		});
		await cluster.until(`/api/v1/namespaces/${world.namespace}/resourcequotas/few`, (quota) => quota["status"]?.hard?.secrets === "0");
		await world.repository.push({ "shop/s.yaml": manifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }) });
		await world.applications({ shop: {} });
		await world.start();
		await world.until("it is told", () => failure(world, "shop").includes("quota"));
		await cluster.call("DELETE", `/api/v1/namespaces/${world.namespace}/resourcequotas/few`);
		await world.engine().operations.sync("shop", { by: { name: "admin", via: "cli" } });
		await world.settled("shop");
	});

	it("is a matter of the tenant's rights where a Project names one", async () => {
		const world = await createClusterWorld(cluster);
		const rbac = "/apis/rbac.authorization.k8s.io/v1";
		await cluster.call("POST", `${rbac}/namespaces/${world.namespace}/roles`, {
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "Role",
			metadata: { name: "maps" },
			rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["*"] }],
		});
		await cluster.call("POST", `${rbac}/namespaces/${world.namespace}/rolebindings`, {
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "RoleBinding",
			metadata: { name: "maps" },
			roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "maps" },
			subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" }],
		});
		await world.repository.push(configMaps("shop", { a: "1" }));
		await world.applications({ shop: { as: { user: "alice" } } });
		await world.start();
		await world.settled("shop");
		await world.repository.push({ "shop/s.yaml": manifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }) });
		await world.until("it is told", () => /alice.*secrets|secrets.*alice/u.test(failure(world, "shop")));
	});

	it("is an immutable field, which is replaced only where that is allowed", async () => {
		const world = await createClusterWorld(cluster);
		const map = (text: string, annotations?: Record<string, string>): string =>
			manifest({
				apiVersion: "v1",
				kind: "ConfigMap",
				metadata: { name: "fixed", ...(annotations === undefined ? {} : { annotations }) },
				immutable: true,
				data: { text },
			});
		await world.repository.push({ "shop/f.yaml": map("1") });
		await world.applications({ shop: {} });
		await world.start();
		await world.settled("shop");
		await world.repository.push({ "shop/f.yaml": map("2") });
		await world.until("it is told", () => failure(world, "shop").includes("cannot be changed: data"));
		expect((await world.configMap("fixed"))?.["data"].text).toBe("1");
		await world.repository.push({ "shop/f.yaml": map("2", { "gitward.dev/replace": "immutable" }) });
		await world.until("it is replaced", async () => (await world.configMap("fixed"))?.["data"].text === "2");
		await world.settled("shop");
	});

	it("is a namespace that is being deleted, until it is gone", async () => {
		const world = await createClusterWorld(cluster);
		const name = `${world.namespace}-stuck`;
		await cluster.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
		await cluster.call("POST", `/api/v1/namespaces/${name}/configmaps`, {
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata: { name: "held", finalizers: ["example.com/hold"] },
		});
		await cluster.call("DELETE", `/api/v1/namespaces/${name}`);
		await world.repository.push(configMaps("shop", { a: "1" }));
		await world.applications({ shop: { namespace: name, createNamespace: {}, retry: { backoff: "200ms", maxBackoff: "1s" } } });
		await world.start();
		await world.until("it is told", () => /being (?:terminated|deleted)|terminat/iu.test(failure(world, "shop")));
		await cluster.call("PATCH", `/api/v1/namespaces/${name}/configmaps/held`, { metadata: { finalizers: null } });
		await world.until("it is made again", () => world.application("shop").sync === "Synced", 60_000);
		expect((await cluster.call("GET", `/api/v1/namespaces/${name}/configmaps/a`))["data"].text).toBe("1");
	});
});

describe("a definition that is removed under live objects", () => {
	it("lets the other kinds go on, and the objects come back with it", async () => {
		const world = await createClusterWorld(cluster);
		const group = `${world.namespace}.example.com`;
		const definition = {
			apiVersion: "apiextensions.k8s.io/v1",
			kind: "CustomResourceDefinition",
			metadata: { name: `gears.${group}` },
			spec: {
				group,
				scope: "Namespaced",
				names: { plural: "gears", singular: "gear", kind: "Gear", listKind: "GearList" },
				versions: [
					{
						name: "v1",
						served: true,
						storage: true,
						schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
					},
				],
			},
		};
		const gear = `/apis/${group}/v1/namespaces/${world.namespace}/gears/g`;
		await cluster.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
		await cluster.until(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.${group}`, (each) =>
			(each["status"]?.conditions ?? []).some(
				(condition: { type: string; status: string }) => condition.type === "Established" && condition.status === "True",
			),
		);
		await world.repository.push({
			"shop/g.yaml": manifest({ apiVersion: `${group}/v1`, kind: "Gear", metadata: { name: "g" }, spec: { teeth: 8 } }),
			"other/a.yaml": configMapManifest("a", "1"),
		});
		await world.applications({ shop: { retry: { backoff: "200ms", maxBackoff: "1s", limit: 1000 } }, other: {} });
		await world.start();
		await world.settled("shop");
		await world.settled("other");
		await cluster.call("DELETE", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.${group}`);
		await world.until("it is noticed", () => health(world, "shop") !== "Healthy" || failure(world, "shop") !== "", 30_000);
		await world.repository.push({ "other/a.yaml": configMapManifest("a", "2") });
		await world.until("the other goes on", async () => (await world.configMap("a"))?.["data"].text === "2");
		await cluster.until(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.${group}`, (each) => each["metadata"] === undefined);
		await cluster.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
		await world.until("the object is back", async () => (await cluster.request("GET", gear)).status === 200, 60_000);
	});
});
