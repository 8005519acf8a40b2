import type { DesiredObject } from "../../src/core/object.ts";
import { createWorld, documents, type Files, type World } from "../integration/world.ts";
import type { AnyObject, Cluster } from "./cluster.ts";

/** An Application's spec beside its path and Environment. */
type Specs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A Gitward over real Git, a real store and a real cluster, with one namespace of its own. */
export interface ClusterWorld extends World {
	readonly cluster: Cluster;
	readonly namespace: string;
	/** Puts the Applications into the control documents, into an Environment `dev` that is the cluster. */
	applications(specs: Specs, policy?: Readonly<Record<string, unknown>>, target?: Readonly<Record<string, unknown>>): Promise<void>;
	/** A ConfigMap of the namespace as it is live; undefined where there is none. */
	configMap(name: string): Promise<AnyObject | undefined>;
}

/** Makes one that is cleaned up when the test ends. */
export async function createClusterWorld(cluster: Cluster): Promise<ClusterWorld> {
	const world = await createWorld();
	const namespace = await cluster.makeNamespace();
	return {
		...world,
		cluster,
		namespace,
		applications: (specs, policy = {}, target = {}) =>
			world.control({
				"all.yaml": documents(world.repository.url, specs, policy, {
					kubernetes: { kubeconfig: cluster.kubeconfig, namespace, ...target },
				}),
			}),
		async configMap(name) {
			const { status, body } = await cluster.request("GET", `/api/v1/namespaces/${namespace}/configmaps/${name}`);
			return status === 404 ? undefined : body;
		},
	};
}

/** A ConfigMap as a manifest, without a namespace. */
export function configMapManifest(name: string, text: string, annotations?: Readonly<Record<string, string>>): string {
	return manifest({
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
		data: { text },
	});
}

/** An object as a YAML file. */
export function manifest(object: DesiredObject): string {
	return `${JSON.stringify(object)}\n`;
}

/** Files of one ConfigMap each. */
export function configMaps(folder: string, texts: Readonly<Record<string, string | null>>): Files {
	return Object.fromEntries(
		Object.entries(texts).map(([name, text]) => [`${folder}/${name}.yaml`, text === null ? null : configMapManifest(name, text)]),
	);
}
