import type { KubernetesClient, LiveObject, ManagedFields, ObjectName, ResourceType, WriteOptions } from "../client/client.ts";
import { fieldManager } from "../marks.ts";

/** Managers that wrote whole objects before there was server-side apply, or beside it. */
const clientSide: ReadonlySet<string> = new Set(["kubectl-client-side-apply", "kubectl", "before-first-apply"]);

type FieldSet = Readonly<Record<string, unknown>>;

function unite(a: FieldSet, b: FieldSet): FieldSet {
	const result: Record<string, unknown> = { ...a };
	for (const [key, value] of Object.entries(b)) {
		const before = result[key];
		result[key] = before === undefined ? value : unite(before as FieldSet, value as FieldSet);
	}
	return result;
}

function isClientSide({ manager, operation, subresource }: ManagedFields): boolean {
	return operation === "Update" && (subresource ?? "") === "" && clientSide.has(manager);
}

/** What a client-side apply owns of an object: these entries become Gitward's when it is taken over. */
export function clientSideEntries(object: LiveObject): readonly ManagedFields[] {
	return object.metadata.managedFields?.filter(isClientSide) ?? [];
}

/**
 * Hands the fields that a client-side apply owns over to Gitward's manager, so that what Git does not hold goes with the next apply.
 * The same rewriting of managedFields that `kubectl apply --server-side` does. A conflict where the object changed meanwhile.
 */
export async function migrate(
	client: KubernetesClient,
	type: ResourceType,
	name: ObjectName,
	live: LiveObject,
	options: WriteOptions,
): Promise<LiveObject> {
	const entries = live.metadata.managedFields ?? [];
	const moved = entries.filter(isClientSide);
	const [first] = moved;
	if (first === undefined) return live;
	const isOurs = (entry: ManagedFields): boolean =>
		entry.manager === fieldManager && entry.operation === "Apply" && (entry.subresource ?? "") === "";
	const ours = entries.find(isOurs);
	const united: ManagedFields = {
		...(ours ?? { ...first, manager: fieldManager, operation: "Apply" as const }),
		fieldsV1: moved.reduce<FieldSet>((fields, entry) => unite(fields, entry.fieldsV1), ours?.fieldsV1 ?? {}),
	};
	const rest = entries.filter((entry) => !isClientSide(entry) && !isOurs(entry));
	return client.patch(
		type,
		name,
		{
			json: [
				{ op: "test", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
				{ op: "replace", path: "/metadata/managedFields", value: [...rest, united] },
				{ op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
			],
		},
		{ ...options, fieldManager },
	);
}
