import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ControlPlane, startControlPlane } from "../test/kubernetes/control-plane.ts";
import { makeNamespaces } from "./bare-apply.ts";
import { objectsOf } from "./cluster-objects.ts";
import { createGitward, fillRepository, type Gitward } from "./gitward.ts";

/** Path in the repository of what one application holds: one file of JSON documents. */
export function applicationPath(application: number): string {
	return `apps/app-${application}/all.yaml`;
}

/** A file of objects. */
export function manifestsOf(objects: readonly object[]): string {
	return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
}

/** A whole Gitward over applications in one hosted repository, and a cluster. */
export interface ClusterFleet extends Omit<Gitward, "converged" | "synced"> {
	readonly applications: number;
	/** Resolves when everything is applied. */
	synced(signal: AbortSignal): Promise<void>;
	/** Resolves when it is Healthy, too. */
	converged(signal: AbortSignal): Promise<void>;
}

export interface ClusterFleetOptions {
	readonly kubeconfig: string;
	readonly applications: number;
	readonly objects: (application: number) => readonly object[];
	/** How often everything is compared although no event said so. */
	readonly sweep?: string;
}

/** Makes a fleet in a folder; Gitward does not run yet. */
export async function createClusterFleet(folder: string, options: ClusterFleetOptions): Promise<ClusterFleet> {
	const { kubeconfig, applications, objects, sweep = "1h" } = options;
	const state = join(folder, "state");
	const control = join(folder, "control");
	await mkdir(join(state, "git"), { recursive: true, mode: 0o700 });
	await mkdir(control, { recursive: true });
	const metadata = (name: string): { readonly name: string } => ({ name });
	const apiVersion = "gitward.dev/v1";
	const documents: unknown[] = [
		{ apiVersion, kind: "Repository", metadata: metadata("config"), spec: { url: "hosted:config" } },
		{ apiVersion, kind: "Environment", metadata: metadata("dev"), spec: { target: { kubernetes: { kubeconfig } }, policy: { sweep } } },
	];
	for (let index = 0; index < applications; index += 1) {
		const spec = { repository: "config", path: `apps/app-${index}`, environment: "dev" };
		documents.push({ apiVersion, kind: "Application", metadata: metadata(`app-${index}`), spec });
	}
	await writeFile(join(control, "all.yaml"), documents.map((document) => JSON.stringify(document)).join("\n---\n"));
	await fillRepository(state, manifests(applications, objects));
	const gitward = createGitward({ folder, control, state });
	return {
		...gitward,
		get url() {
			return gitward.url;
		},
		applications,
		synced: (signal) => gitward.synced(applications, signal),
		converged: (signal) => gitward.converged(applications, signal),
	};
}

function* manifests(applications: number, objects: (application: number) => readonly object[]): Generator<readonly [string, string]> {
	for (let index = 0; index < applications; index += 1) yield [applicationPath(index), manifestsOf(objects(index))];
}

/** A fleet of the usual objects on a real control plane of its own. */
export interface RealFleet extends ClusterFleet {
	readonly cluster: ControlPlane;
	/** Ends both. */
	close(): Promise<void>;
}

/** Makes a fleet and starts its cluster; Gitward does not run yet. */
export async function createRealFleet(folder: string, applications: number, options: { readonly sweep?: string } = {}): Promise<RealFleet> {
	const cluster = await startBenchCluster();
	try {
		await makeNamespaces(cluster);
		const fleet = await createClusterFleet(folder, { ...options, kubeconfig: cluster.kubeconfig, applications, objects: objectsOf });
		return {
			...fleet,
			get url() {
				return fleet.url;
			},
			cluster,
			async close() {
				await fleet.stop();
				await cluster.stop();
			},
		};
	} catch (error) {
		await cluster.stop();
		throw error;
	}
}

/** A control plane whose controllers are not slowed down on purpose. */
export function startBenchCluster(): Promise<ControlPlane> {
	return startControlPlane({ nodes: 0, controllerManagerArgs: ["--kube-api-qps=5000", "--kube-api-burst=5000"] });
}
