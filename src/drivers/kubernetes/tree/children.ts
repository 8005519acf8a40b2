import { AppError } from "../../../core/app-error.ts";
import { keyOf, type ObjectKey } from "../../../core/object.ts";
import type { HealthAssessor } from "../../../health/health.ts";
import type { LiveChild, OwnedObject, TargetOptions } from "../../../ports/driver.ts";
import type { KubernetesClient, LiveObject } from "../client/client.ts";

export interface TreeOptions {
	readonly client: KubernetesClient;
	readonly health: HealthAssessor;
	/** Uid of an owned Object, where it is known. */
	readonly uidOf: (key: ObjectKey) => string | undefined;
}

/** Kinds that stand beneath others, from the top down. */
const kinds = [
	["apps", "ReplicaSet"],
	["batch", "Job"],
	["", "Pod"],
	["", "PersistentVolumeClaim"],
	["discovery.k8s.io", "EndpointSlice"],
] as const;

const mostChildren = 5000;

/** What stands beneath owned Objects by ownerReferences, in their namespaces, asked for now. */
export async function childrenOf(
	{ client, health, uidOf }: TreeOptions,
	owned: readonly OwnedObject[],
	{ signal }: TargetOptions,
): Promise<readonly LiveChild[]> {
	const options = signal === undefined ? {} : { signal };
	const keys = new Map<string, ObjectKey>();
	for (const { key } of owned) {
		const uid = uidOf(key);
		if (uid !== undefined) keys.set(uid, key);
	}
	const namespaces = new Set(owned.map(({ ref }) => ref.namespace).filter((namespace) => namespace !== ""));
	const found: { readonly key: ObjectKey; readonly object: LiveObject }[] = [];
	const own = new Set(owned.map(({ key }) => key));
	for (const namespace of namespaces) {
		for (const [group, kind] of kinds) {
			const type = await client.discovery.find(group, kind, undefined, options);
			if (type === undefined) continue;
			for await (const page of client.list(type, { namespace, most: mostListed, ...options })) {
				for (const object of page.items) {
					if (object.metadata.ownerReferences === undefined) continue;
					const key = keyOf({ group, kind, namespace, name: object.metadata.name });
					if (!own.has(key)) found.push({ key, object });
				}
			}
		}
	}
	for (const { key, object } of found) keys.set(object.metadata.uid, key);
	const parents = new Map(found.map(({ key, object }) => [key, parentOf(object, keys)]));
	const children: LiveChild[] = [];
	for (const { key, object } of found) {
		const parent = parents.get(key);
		if (parent === undefined || !leadsTo(own, parents, key)) continue;
		if (children.length >= mostChildren)
			throw new AppError(`more than ${mostChildren} objects stand beneath the Application's`, { code: "TooMuch", kind: "invalid" });
		const { creationTimestamp } = object.metadata;
		children.push({
			key,
			parent,
			health: await health.assess(object),
			...(creationTimestamp === undefined ? {} : { created: creationTimestamp }),
			logs: key.startsWith("Pod/") || key.startsWith("Job.batch/") || key.startsWith("ReplicaSet.apps/"),
		});
	}
	return children;
}

const mostListed = 20_000;

function parentOf(object: LiveObject, keys: ReadonlyMap<string, ObjectKey>): ObjectKey | undefined {
	const references = object.metadata.ownerReferences ?? [];
	const owner = references.find(({ controller }) => controller === true) ?? references[0];
	return owner === undefined ? undefined : keys.get(owner.uid);
}

/** Whether an Object stands beneath an owned one. */
function leadsTo(own: ReadonlySet<ObjectKey>, parents: ReadonlyMap<ObjectKey, ObjectKey | undefined>, key: ObjectKey): boolean {
	let here: ObjectKey | undefined = key;
	for (let depth = 0; depth < 10 && here !== undefined; depth += 1) {
		if (own.has(here)) return true;
		here = parents.get(here);
	}
	return false;
}
