import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyObject, ApiRequestOptions } from "./cluster.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { sharedCluster } from "./shared.ts";

describe("a shared control plane", () => {
	it("makes a Deployment ready, a Job succeed, and says why pods do not run", async () => {
		const cluster = sharedCluster();
		const namespace = await cluster.makeNamespace();
		const pod = (annotation?: string, resources: AnyObject = {}): AnyObject => ({
			metadata: { labels: { app: "test" }, ...(annotation === undefined ? {} : { annotations: { "test.gitward.dev/pod": annotation } }) },
			spec: { containers: [{ name: "main", image: "example.test/app:1", resources }] },
		});
		const deployment = { metadata: { name: "web" }, spec: { replicas: 2, selector: { matchLabels: { app: "test" } }, template: pod() } };
		const job = { metadata: { name: "once" }, spec: { template: { spec: { restartPolicy: "Never", ...pod()["spec"] } } } };
		const pods = `/api/v1/namespaces/${namespace}/pods`;
		const named = (name: string, made: AnyObject): AnyObject => ({ ...made, metadata: { ...made["metadata"], name } });
		await cluster.call("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment);
		await cluster.call("POST", `/apis/batch/v1/namespaces/${namespace}/jobs`, job);
		await cluster.call("POST", pods, named("missing", pod("missing-image")));
		await cluster.call("POST", pods, named("crashing", pod("crash")));
		await cluster.call("POST", pods, named("big", pod(undefined, { requests: { cpu: "1000" } })));

		await cluster.until(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, ({ status }) => status?.readyReplicas === 2);
		await cluster.until(`/apis/batch/v1/namespaces/${namespace}/jobs/once`, ({ status }) => status?.succeeded === 1);
		const waiting = (reason: string) => (object: AnyObject) => object["status"]?.containerStatuses?.[0]?.state?.waiting?.reason === reason;
		await cluster.until(`${pods}/missing`, waiting("ImagePullBackOff"));
		await cluster.until(`${pods}/crashing`, waiting("CrashLoopBackOff"));
		const big = await cluster.until(`${pods}/big`, ({ status }) => status?.conditions?.[0]?.reason === "Unschedulable");
		expect(big["status"].conditions[0].message).toContain("Insufficient cpu");
		expect(await cluster.call<string>("GET", `${pods}/crashing/log?previous=true`)).toContain("the database refused");

		await cluster.call("DELETE", `/api/v1/namespaces/${namespace}`);
		await cluster.until(`/api/v1/namespaces/${namespace}`, ({ metadata }) => metadata === undefined);
	});

	it("knows users by token, by certificate and by the token of a service account, and RBAC holds them back", async () => {
		const cluster = sharedCluster();
		const namespace = await cluster.makeNamespace();
		const path = `/api/v1/namespaces/${namespace}/configmaps`;
		const rights = { name: "view", kind: "ClusterRole", apiGroup: "rbac.authorization.k8s.io" };
		const alice = { token: cluster.tokens["alice"] as string };
		expect((await cluster.request("GET", path, undefined, alice)).status).toBe(403);
		await cluster.call("POST", `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
			metadata: { name: "team-a" },
			roleRef: rights,
			subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "team-a" }],
		});
		await expect.poll(async () => (await cluster.request("GET", path, undefined, alice)).status).toBe(200);
		expect((await cluster.request("GET", path, undefined, { token: cluster.tokens["bob"] as string })).status).toBe(403);

		await cluster.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ metadata }) => metadata !== undefined);
		const review = { kind: "SelfSubjectReview", apiVersion: "authentication.k8s.io/v1" };
		const who = async (options: ApiRequestOptions): Promise<AnyObject> =>
			(await cluster.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review, options))["status"].userInfo;
		const token = await cluster.serviceAccountToken(namespace, "default");
		expect(await who({ token })).toMatchObject({ username: `system:serviceaccount:${namespace}:default` });
		const certificate = await cluster.clientCertificate("carol", ["team-a"]);
		expect(await who({ certificate })).toMatchObject({ username: "carol", groups: ["team-a", "system:authenticated"] });
	});
});

describe("a control plane of a test's own", () => {
	let controlPlane: ControlPlane;

	beforeAll(async () => {
		controlPlane = await startControlPlane({ nodes: 0 });
	});

	afterAll(async () => controlPlane.stop());

	it("comes back on its port with everything that it had", async () => {
		const namespace = await controlPlane.makeNamespace();
		const before = controlPlane.pids();
		await controlPlane.killApiServer();
		await expect(controlPlane.request("GET", "/readyz")).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/u);
		await controlPlane.startApiServer();
		expect(controlPlane.pids()["kube-apiserver"]).not.toBe(before["kube-apiserver"]);
		expect(controlPlane.pids().etcd).toBe(before.etcd);
		expect((await controlPlane.request("GET", `/api/v1/namespaces/${namespace}`)).status).toBe(200);
	});

	it("hangs while etcd is paused, and goes on after", async () => {
		controlPlane.pauseEtcd();
		let answered = false;
		const writing = controlPlane.makeNamespace().then(() => (answered = true));
		await delay(300);
		expect(answered).toBe(false);
		controlPlane.resumeEtcd();
		await writing;
		expect(answered).toBe(true);
	});
});

describe("what is left of a control plane", () => {
	it("is nothing after it was stopped", async () => {
		const controlPlane = await startControlPlane({ nodes: 0 });
		const pids = Object.values(controlPlane.pids());
		expect(await alive(pids)).toHaveLength(3);
		await controlPlane.stop();
		expect(await alive(pids)).toEqual([]);
		expect(existsSync(controlPlane.folder)).toBe(false);
	});

	it("is nothing after whoever started it was killed", async () => {
		const child = spawn(
			process.execPath,
			["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("orphan-child.ts", import.meta.url))],
			{
				stdio: ["ignore", "pipe", "inherit"],
			},
		);
		const [line] = (await once(child.stdout, "data")) as [Buffer];
		const { pids, folder } = JSON.parse(line.toString()) as { readonly pids: number[]; readonly folder: string };
		expect(await alive(pids)).toHaveLength(3);
		child.kill("SIGKILL");
		await expect.poll(async () => [await alive(pids), existsSync(folder)], { timeout: 20_000 }).toEqual([[], false]);
	});
});

/** Those that run; a process whose end nobody has asked for yet does not. */
async function alive(pids: readonly number[]): Promise<number[]> {
	const states = await Promise.all(
		pids.map(async (pid) => {
			try {
				process.kill(pid, 0);
				const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") R");
				return text.slice(text.lastIndexOf(")") + 2).startsWith("Z") ? [] : [pid];
			} catch {
				return [];
			}
		}),
	);
	return states.flat();
}
