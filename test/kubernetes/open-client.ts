import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesClient, ResourceType } from "../../src/drivers/kubernetes/client/client.ts";
import { type ConnectionOptions, type ConnectionTarget, loadConnection } from "../../src/drivers/kubernetes/client/connection.ts";
import { type ClientOptions, createKubernetesClient } from "../../src/drivers/kubernetes/client/create-client.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { type ClusterAddress, kubeconfigText } from "./cluster.ts";

/** A client that closes itself at the end of the block. */
export type OpenClient = KubernetesClient & AsyncDisposable;

/** Opens Gitward's own client by a kubeconfig. */
export async function openClient(target: ConnectionTarget, options: ClientOptions & Partial<ConnectionOptions> = {}): Promise<OpenClient> {
	const exec = createExec({ environment: { PATH: process.env["PATH"] ?? "" } });
	const connection = await loadConnection(target, { base: "/", environment: {}, exec, ...options });
	const client = createKubernetesClient(connection, options);
	return { ...client, [Symbol.asyncDispose]: client.close };
}

/** Writes a kubeconfig for an address, with these fields of `user`. */
export async function kubeconfigFor(address: ClusterAddress, user: Readonly<Record<string, unknown>>): Promise<string> {
	const file = join(address.folder, `kubeconfig-${Math.random().toString(36).slice(2)}`);
	await writeFile(file, kubeconfigText(address, user), { mode: 0o600 });
	return file;
}

/** A type that the cluster has for sure. */
export async function typeOf(client: KubernetesClient, group: string, kind: string): Promise<ResourceType> {
	const type = await client.discovery.find(group, kind);
	if (type === undefined) throw new Error(`the cluster does not know ${kind}`);
	return type;
}

/** A ConfigMap to apply. */
export function configMap(name: string, data: Readonly<Record<string, string>> = {}): object {
	return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

/** All that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
	const all: Item[] = [];
	for await (const item of items) all.push(item);
	return all;
}
