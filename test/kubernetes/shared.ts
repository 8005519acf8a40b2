import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { type Cluster, type ClusterAddress, openCluster } from "./cluster.ts";
import { startControlPlane } from "./control-plane.ts";

declare module "vitest" {
	interface ProvidedContext {
		cluster: ClusterAddress;
	}
}

/** Global set-up of the Vitest project `kubernetes`: one control plane for all test files that do not break it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const controlPlane = await startControlPlane();
	const { url, folder, authority, kubeconfig, adminToken, tokens } = controlPlane;
	project.provide("cluster", { url, folder, authority, kubeconfig, adminToken, tokens });
	return controlPlane.stop;
}

/** The control plane that all test files of the project share: work in a namespace of your own, and break nothing. */
export function sharedCluster(): Cluster {
	return openCluster(inject("cluster"));
}
