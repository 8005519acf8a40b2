import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AnyObject, Cluster } from "./cluster.ts";
import { applyAll, chartObjects, objectsIn, pathOf } from "./install-objects.ts";
import { sharedCluster } from "./shared.ts";

let cluster: Cluster;
beforeAll(() => {
	cluster = sharedCluster();
});

interface Installed {
	readonly home: string;
	readonly managed: string;
	readonly other: string;
	readonly objects: readonly AnyObject[];
	readonly warnings: readonly string[];
	/** Token of Gitward's service account. */
	readonly token: string;
}

/** Installs the chart in a namespace that enforces pod security `restricted`. */
async function installed(values: (managed: string) => Readonly<Record<string, unknown>>): Promise<Installed> {
	const home = await cluster.makeNamespace("gitward");
	const [managed, other] = [await cluster.makeNamespace("managed"), await cluster.makeNamespace("other")];
	const level = (mode: string): readonly [string, string] => [`pod-security.kubernetes.io/${mode}`, "restricted"];
	const labels = Object.fromEntries(["enforce", "warn", "audit"].map(level));
	await cluster.call("PATCH", `/api/v1/namespaces/${home}`, { metadata: { labels } });
	const objects = await chartObjects("keeper", home, values(managed));
	const warnings = await applyAll(cluster, objects);
	onTestFinished(async () => {
		for (const object of objects) if (object["metadata"].namespace === undefined) await cluster.call("DELETE", pathOf(object));
	});
	return { home, managed, other, objects, warnings, token: await cluster.serviceAccountToken(home, "keeper") };
}

/** A volume for the state, as there is nobody in this cluster who would make one. */
async function makeVolume(namespace: string): Promise<void> {
	const name = `volume-${namespace}`;
	await cluster.call("POST", "/api/v1/persistentvolumes", {
		metadata: { name },
		spec: {
			capacity: { storage: "5Gi" },
			accessModes: ["ReadWriteOnce"],
			hostPath: { path: `/tmp/${name}` },
			claimRef: { namespace, name: "keeper" },
			persistentVolumeReclaimPolicy: "Retain",
		},
	});
	onTestFinished(async () => void (await cluster.call("DELETE", `/api/v1/persistentvolumes/${name}`)));
}

async function may(token: string, what: AnyObject): Promise<boolean> {
	const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: what } };
	const answer = await cluster.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, { token });
	return answer["status"].allowed as boolean;
}

function configMap(namespace: string, name = "one"): AnyObject {
	return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { text: "one" } };
}

/** Status of a server-side apply in Gitward's name. */
async function applied(token: string, object: AnyObject): Promise<number> {
	const path = `${pathOf(object)}?fieldManager=gitward`;
	return (await cluster.request("PATCH", path, object, { token, contentType: "application/apply-patch+yaml" })).status;
}

describe("the chart in a cluster", () => {
	it("is accepted without a warning where pod security is restricted, and its Pod runs", async () => {
		const { home, warnings } = await installed((managed) => ({
			namespaces: [managed],
			tls: { secret: "gitward-tls" },
			token: { secret: "token" },
			control: { url: "https://git.example.com/control.git", credentials: "control" },
			ca: { configMap: "bundle" },
			secrets: ["registry"],
		}));
		expect(warnings).toEqual([]);
		await makeVolume(home);
		await cluster.until(`/apis/apps/v1/namespaces/${home}/deployments/keeper`, ({ status }) => status?.availableReplicas === 1);
		const { items } = await cluster.call("GET", `/api/v1/namespaces/${home}/pods`);
		expect((items as readonly AnyObject[]).map(({ spec }) => [spec.serviceAccountName, spec.volumes.length])).toEqual([["keeper", 7]]);
		const claim = await cluster.call("GET", `/api/v1/namespaces/${home}/persistentvolumeclaims/keeper`);
		expect(claim["status"].phase).toBe("Bound");
	});

	it("would be refused there with less", async () => {
		const { home, objects } = await installed(() => ({}));
		const pod = structuredClone(objects.find(({ kind }) => kind === "Deployment"))?.["spec"].template as AnyObject;
		delete pod["spec"].containers[0].securityContext;
		const body = { apiVersion: "v1", kind: "Pod", metadata: { name: "less" }, spec: pod["spec"] };
		expect((await cluster.request("POST", `/api/v1/namespaces/${home}/pods`, body)).status).toBe(403);
	});

	it("lets Gitward do what its driver does in the namespaces that are named, and nothing elsewhere", async () => {
		const { home, managed, other, token } = await installed((namespace) => ({ namespaces: [namespace] }));
		const at = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
		const status = async (method: string, path: string): Promise<number> =>
			(await cluster.request(method, path, undefined, { token })).status;
		await expect.poll(() => applied(token, configMap(managed))).toBe(201);
		expect(await applied(token, configMap(managed))).toBe(200);
		for (const path of [at(managed), `${at(managed)}/one`]) expect(await status("GET", path)).toBe(200);
		expect(await may(token, { verb: "watch", resource: "configmaps", namespace: managed })).toBe(true);
		expect(await status("DELETE", `${at(managed)}/one`)).toBe(200);
		for (const path of ["/api/v1/namespaces", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/apis", "/openapi/v3"])
			expect(await status("GET", path)).toBe(200);

		for (const namespace of [other, home]) {
			expect(await applied(token, configMap(namespace))).toBe(403);
			expect(await status("GET", at(namespace))).toBe(403);
		}
		for (const path of ["/api/v1/configmaps", "/api/v1/secrets", `/api/v1/namespaces/${managed}/secrets`, "/api/v1/nodes"])
			expect(await status("GET", path)).toBe(403);
		expect(await applied(token, { apiVersion: "v1", kind: "Namespace", metadata: { name: "more" } })).toBe(403);
		expect(await status("DELETE", `/api/v1/namespaces/${managed}`)).toBe(403);
		expect(await may(token, { verb: "impersonate", resource: "users", name: "alice" })).toBe(false);
		expect(await may(token, { verb: "create", resource: "pods", subresource: "exec", namespace: managed })).toBe(false);
		expect(await may(token, { verb: "create", group: "rbac.authorization.k8s.io", resource: "rolebindings", namespace: managed })).toBe(
			false,
		);
	});

	it("lets Gitward speak for those alone who are named", async () => {
		const { managed, other, token } = await installed((namespace) => ({
			impersonate: { users: ["alice"], groups: ["team-a"], serviceAccounts: [{ namespace, name: "deployer" }] },
		}));
		const as = (resource: string, name: string, namespace?: string): Promise<boolean> =>
			may(token, { verb: "impersonate", resource, name, ...(namespace === undefined ? {} : { namespace }) });
		await expect.poll(() => as("users", "alice")).toBe(true);
		expect(await as("groups", "team-a")).toBe(true);
		await expect.poll(() => as("serviceaccounts", "deployer", managed)).toBe(true);
		expect(await as("users", "bob")).toBe(false);
		expect(await as("groups", "system:masters")).toBe(false);
		expect(await as("serviceaccounts", "default", managed)).toBe(false);
		expect(await as("serviceaccounts", "deployer", other)).toBe(false);
	});

	it("lets Gitward change all namespaces only where it was asked to", async () => {
		const { other, token } = await installed(() => ({ clusterWide: true, rbac: { secrets: true } }));
		await expect.poll(() => applied(token, configMap(other))).toBe(201);
		expect((await cluster.request("GET", "/api/v1/configmaps?limit=1", undefined, { token })).status).toBe(200);
		expect((await cluster.request("GET", "/api/v1/secrets?limit=1", undefined, { token })).status).toBe(200);
		const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: `made-${other}` } };
		expect(await applied(token, namespace)).toBe(201);
		expect((await cluster.request("DELETE", pathOf(namespace), undefined, { token })).status).toBe(200);
		expect((await cluster.request("GET", "/api/v1/nodes", undefined, { token })).status).toBe(403);
		expect(await may(token, { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" })).toBe(false);
	});

	it("names kinds and verbs that there are", async () => {
		const objects = await chartObjects("keeper", "gitward", { clusterWide: true, rbac: { secrets: true } });
		const rules = objects.flatMap((object) => (object["rules"] as readonly AnyObject[] | undefined) ?? []);
		expect(rules.length).toBeGreaterThan(5);
		for (const { apiGroups, resources, verbs } of rules) {
			for (const group of apiGroups as readonly string[]) {
				const root = group === "" ? "/api/v1" : `/apis/${(await cluster.call("GET", `/apis/${group}`))["preferredVersion"].groupVersion}`;
				const { resources: known } = await cluster.call("GET", root);
				for (const resource of resources as readonly string[]) {
					const found = (known as readonly AnyObject[]).find(({ name }) => name === resource);
					expect.soft(found, `${group}/${resource}`).toBeDefined();
					expect.soft(found?.["verbs"], `${group}/${resource}`).toEqual(expect.arrayContaining([...verbs]));
				}
			}
		}
	});
});

it("the ready-made manifests are accepted without a warning", async () => {
	const file = join(import.meta.dirname, "..", "..", "deploy", "manifests", "install.yaml");
	const objects = objectsIn(readFileSync(file, "utf8"));
	onTestFinished(async () => {
		for (const object of objects.toReversed()) await cluster.request("DELETE", pathOf(object));
	});
	expect(await applyAll(cluster, objects)).toEqual([]);
	expect(await applyAll(cluster, objects)).toEqual([]);
});
