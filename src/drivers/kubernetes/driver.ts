import type { Exec } from "../../lib/exec/exec.ts";
import type { Driver } from "../../ports/driver.ts";
import { rankOf } from "./rank.ts";

export interface KubernetesDriverOptions {
	/** Starts credential plug-ins of kubeconfigs. */
	readonly exec: Exec;
	/** Environment variables that count: those of proxies and the address that a Pod is told. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Commands of credential plug-ins that the operator allows, as kubeconfigs name them; none where absent. */
	readonly allowExec?: readonly string[];
	/** Whether kubeconfigs may say `insecure-skip-tls-verify`. */
	readonly allowInsecure?: boolean;
	/** Folder of the Pod's service account; Kubernetes' own where absent. */
	readonly serviceAccount?: string;
}

/** The Driver for Kubernetes clusters, through their API. */
export function createKubernetesDriver(options: KubernetesDriverOptions): Driver {
	return {
		name: "kubernetes",
		kinds: undefined,
		defaultNamespace: "target",
		rank: rankOf,
		parallel: 8,
		async open(environment, context, signals) {
			// What speaks HTTP to clusters is large: who has none does not load it.
			const { openCluster } = await import("./open-cluster.ts");
			return openCluster(options, environment, context, signals);
		},
	};
}
