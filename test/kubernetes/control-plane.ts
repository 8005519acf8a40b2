import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { issueCertificate, makeAuthority, makeKey } from "./certificates.ts";
import { type Child, createChildren } from "./children.ts";
import { type Cluster, type ClusterAddress, kubeconfigText, openCluster } from "./cluster.ts";
import { freePorts } from "./ports.ts";
import { programPath } from "./programs.ts";

/** Programs of a control plane. */
export type ControlPlaneProgram = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok";

export interface ControlPlaneOptions {
	/** Simulated nodes: 1 unless told. With 0 there is neither scheduler nor kwok, and pods stay pending. */
	readonly nodes?: number;
	/** Whether pods get a service account's token, as in most clusters; false unless told. */
	readonly serviceAccountAdmission?: boolean;
	/** Further users with a token, and their groups; alice (team-a) and bob (team-b) are there always, without rights. */
	readonly users?: Readonly<Record<string, readonly string[]>>;
	readonly apiServerArgs?: readonly string[];
	readonly controllerManagerArgs?: readonly string[];
}

/** A real Kubernetes control plane of this process's own. */
export interface ControlPlane extends Cluster {
	/** Process ids of the programs that run now. */
	pids(): Readonly<Partial<Record<ControlPlaneProgram, number>>>;
	/** Ends the API server at once, as a crash would. */
	killApiServer(): Promise<void>;
	/** Starts the API server on the port that it had, and resolves when it is ready. */
	startApiServer(): Promise<void>;
	restartApiServer(): Promise<void>;
	/** Stops the clock of etcd: requests that need it hang. */
	pauseEtcd(): void;
	resumeEtcd(): void;
	/** Ends everything and removes the folder. */
	stop(): Promise<void>;
}

/** Starts etcd, API server, controller manager, scheduler and simulated nodes; resolves when pods can run. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-kubernetes-"));
	const children = createChildren(folder);
	const running = new Map<ControlPlaneProgram, Child>();
	try {
		const address = await prepare(folder, options);
		const cluster = openCluster(address);
		const [etcdPort, peerPort, kubeletPort] = await freePorts<[number, number, number]>(3);
		const start = (name: ControlPlaneProgram, program: string, args: readonly string[]): Child => {
			const child = children.start(name, programPath(program), args);
			running.set(name, child);
			return child;
		};
		const startApiServer = async (): Promise<void> => {
			if (running.has("kube-apiserver")) throw new Error("the API server runs already");
			const child = start("kube-apiserver", "control-plane", ["kube-apiserver", ...apiServerArgs(address, etcdPort, options)]);
			await Promise.race([untilReady(cluster), child.failure]);
		};
		const killApiServer = async (): Promise<void> => {
			await running.get("kube-apiserver")?.kill();
			running.delete("kube-apiserver");
		};
		const etcd = start("etcd", "etcd", etcdArgs(folder, etcdPort, peerPort));
		await Promise.race([startApiServer(), etcd.failure]);
		const failures = startRest(address, options, kubeletPort, start).map(async (child) => child.failure);
		await Promise.race([untilUsable(cluster, options.nodes ?? 1), ...failures]);
		return {
			...cluster,
			pids: () => Object.fromEntries([...running].map(([name, child]) => [name, child.pid])),
			startApiServer,
			killApiServer,
			async restartApiServer() {
				await killApiServer();
				await startApiServer();
			},
			pauseEtcd: () => etcd.signal("SIGSTOP"),
			resumeEtcd: () => etcd.signal("SIGCONT"),
			stop: children.stop,
		};
	} catch (error) {
		await children.stop();
		throw error;
	}
}

async function prepare(folder: string, options: ControlPlaneOptions): Promise<ClusterAddress> {
	const [port] = await freePorts<[number]>(1);
	const authority = await makeAuthority(folder, "ca");
	const hosts = ["IP:127.0.0.1", "IP:10.0.0.1", "DNS:localhost", "DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc"];
	await issueCertificate(authority, folder, "server", { name: "kube-apiserver", hosts });
	await issueCertificate(authority, folder, "kubelet", { name: "kubelet", hosts: ["IP:127.0.0.1"] });
	await makeKey(join(folder, "service-accounts.key"));
	const users: Record<string, readonly string[]> = { alice: ["team-a"], bob: ["team-b"], ...options.users };
	const tokens = Object.fromEntries(Object.keys(users).map((name) => [name, randomBytes(24).toString("hex")]));
	const adminToken = randomBytes(24).toString("hex");
	const lines = [
		`${adminToken},admin,admin,"system:masters"`,
		...Object.entries(users).map(([name, groups]) => `${tokens[name]},${name},${name},"${groups.join(",")}"`),
	];
	await writeFile(join(folder, "tokens.csv"), `${lines.join("\n")}\n`, { mode: 0o600 });
	await writeLogs(folder);
	const url = `https://127.0.0.1:${port}`;
	const kubeconfig = join(folder, "kubeconfig");
	await writeFile(kubeconfig, kubeconfigText({ url, authority }, { token: adminToken }), { mode: 0o600 });
	return { url, folder, authority, kubeconfig, adminToken, tokens };
}

/** Every simulated container has said the same two lines; `previous=true` gives what it said before its last restart. */
async function writeLogs(folder: string): Promise<void> {
	const line = (text: string): string => `${new Date().toISOString()} stdout F ${text}\n`;
	const [logsFile, previousLogsFile] = [join(folder, "container.log"), join(folder, "container-previous.log")];
	await writeFile(logsFile, line("starting") + line("listening on :8080"));
	await writeFile(previousLogsFile, line("starting") + line("error: the database refused the connection"));
	const spec = { logs: [{ logsFile, previousLogsFile, follow: false }] };
	await writeFile(
		join(folder, "logs.yaml"),
		stringify({ apiVersion: "kwok.x-k8s.io/v1alpha1", kind: "ClusterLogs", metadata: { name: "all" }, spec }),
	);
}

function etcdArgs(folder: string, port: number, peerPort: number): string[] {
	const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
	return [
		...["--data-dir", join(folder, "etcd"), "--unsafe-no-fsync"],
		...["--listen-client-urls", url, "--advertise-client-urls", url],
		...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`],
	];
}

function apiServerArgs({ url, folder, authority }: ClusterAddress, etcdPort: number, options: ControlPlaneOptions): string[] {
	const serviceAccountKey = join(folder, "service-accounts.key");
	return [
		`--etcd-servers=http://127.0.0.1:${etcdPort}`,
		`--secure-port=${new URL(url).port}`,
		...["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"],
		`--tls-cert-file=${join(folder, "server.crt")}`,
		`--tls-private-key-file=${join(folder, "server.key")}`,
		`--client-ca-file=${authority.certificate}`,
		`--token-auth-file=${join(folder, "tokens.csv")}`,
		`--service-account-key-file=${serviceAccountKey}`,
		`--service-account-signing-key-file=${serviceAccountKey}`,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=10.0.0.0/16",
		"--authorization-mode=RBAC",
		"--kubelet-preferred-address-types=InternalIP",
		"--allow-privileged=true",
		...(options.serviceAccountAdmission === true ? [] : ["--disable-admission-plugins=ServiceAccount"]),
		...(options.apiServerArgs ?? []),
	];
}

/** Starts what talks to the API server; these are quick enough that controllers are never what a test or a figure waits for. */
function startRest(
	{ folder, authority, kubeconfig }: ClusterAddress,
	options: ControlPlaneOptions,
	kubeletPort: number,
	start: (name: ControlPlaneProgram, program: string, args: readonly string[]) => Child,
): Child[] {
	const client = [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0", "--kube-api-qps=500", "--kube-api-burst=1000"];
	const controllers = start("kube-controller-manager", "control-plane", [
		"kube-controller-manager",
		...client,
		`--service-account-private-key-file=${join(folder, "service-accounts.key")}`,
		`--root-ca-file=${authority.certificate}`,
		`--cluster-signing-cert-file=${authority.certificate}`,
		`--cluster-signing-key-file=${authority.key}`,
		...(options.controllerManagerArgs ?? []),
	]);
	if (options.nodes === 0) return [controllers];
	const scheduler = start("kube-scheduler", "control-plane", ["kube-scheduler", ...client]);
	const kwok = start("kwok", "kwok", [
		`--kubeconfig=${kubeconfig}`,
		`--config=${fileURLToPath(new URL("simulation.yaml", import.meta.url))}`,
		`--config=${join(folder, "logs.yaml")}`,
		...["--v=WARN", "--manage-all-nodes", "--node-lease-duration-seconds=40", "--node-ip=127.0.0.1", `--node-port=${kubeletPort}`],
		...[`--server-address=127.0.0.1:${kubeletPort}`],
		...[`--tls-cert-file=${join(folder, "kubelet.crt")}`, `--tls-private-key-file=${join(folder, "kubelet.key")}`],
	]);
	return [controllers, scheduler, kwok];
}

async function untilReady(cluster: Cluster): Promise<void> {
	const limit = performance.now() + 60_000;
	while (performance.now() < limit) {
		const answer = await cluster.request("GET", "/readyz").catch(() => undefined);
		if (answer?.status === 200) return;
		await delay(50);
	}
	throw new Error("the API server was not ready in 60 s");
}

/** Pods can run when the controllers made what each namespace has, and nodes are ready and without taints. */
async function untilUsable(cluster: Cluster, nodes: number): Promise<void> {
	const names = Array.from({ length: nodes }, (_, index) => `node-${index}`);
	await Promise.all(names.map(async (name) => cluster.call("POST", "/api/v1/nodes", { metadata: { name } })));
	await cluster.until("/api/v1/namespaces/default/serviceaccounts/default", (account) => account["metadata"] !== undefined, 60);
	for (const name of names)
		await cluster.until(
			`/api/v1/nodes/${name}`,
			({ spec, status }) =>
				(spec?.taints ?? []).length === 0 &&
				status?.conditions?.some(
					(condition: { type: string; status: string }) => condition.type === "Ready" && condition.status === "True",
				),
			60,
		);
}
