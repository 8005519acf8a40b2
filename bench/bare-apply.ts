import { Pool } from "undici";
import type { Cluster } from "../test/kubernetes/cluster.ts";
import { namespaceOf, namespaces, objectsOf, pathOf } from "./cluster-objects.ts";

/** Requests that are under way at once: more made no difference on 2 cores, fewer were slower. */
const concurrency = 32;

/** Makes the namespaces that the applications share. */
export async function makeNamespaces(cluster: Cluster): Promise<void> {
	for (let index = 0; index < namespaces; index += 1) {
		await cluster.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceOf(index) } });
	}
}

/** Milliseconds that a bare loop of server-side applies takes for the objects of so many applications: the limit. */
export async function applyBarely(cluster: Cluster, applications: number): Promise<number> {
	const bodies: (readonly [string, string])[] = [];
	for (let index = 0; index < applications; index += 1) {
		for (const object of objectsOf(index)) bodies.push([`${pathOf(object)}?fieldManager=bare&force=true`, JSON.stringify(object)]);
	}
	const pool = new Pool(cluster.url, { connections: concurrency, pipelining: 1, connect: { ca: cluster.ca } });
	const headers = { authorization: `Bearer ${cluster.adminToken}`, "content-type": "application/apply-patch+yaml" };
	const queue = bodies.values();
	const started = performance.now();
	const work = async (): Promise<void> => {
		for (const [path, body] of queue) {
			const answer = await pool.request({ method: "PATCH", path, headers, body });
			const text = await answer.body.text();
			if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, work));
	const took = performance.now() - started;
	await pool.close();
	return took;
}
