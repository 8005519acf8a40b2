import type { KubernetesClient, LiveObject, ManagedFields, ObjectName, ResourceType, WriteOptions } from "../client/client.ts";
import { fieldManager } from "../marks.ts";

/** To whom the server gives all that stands in an object when it is first applied and nobody manages anything of it. */
const firstManager = "before-first-apply";

/** Managers that wrote whole objects before there was server-side apply, or beside it. */
const clientSide: ReadonlySet<string> = new Set(["kubectl-client-side-apply", "kubectl", firstManager]);

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
	return rewrite(client, type, name, live, [...rest, united], options);
}

/** Whether somebody reset who manages which field of an object before Gitward applied it again. */
export function wasReset({ metadata }: LiveObject): boolean {
	return metadata.managedFields?.some(({ manager, operation }) => manager === firstManager && operation === "Update") === true;
}

/**
 * What stood in an object when nobody managed anything of it is nobody's: else what Git lets go of would stay, as somebody else's too. A
 * conflict where the object changed meanwhile.
 */
export function afterReset(
	client: KubernetesClient,
	type: ResourceType,
	name: ObjectName,
	live: LiveObject,
	options: WriteOptions,
): Promise<LiveObject> {
	const rest = (live.metadata.managedFields ?? []).filter(({ manager }) => manager !== firstManager);
	return rewrite(client, type, name, live, rest, options);
}

function rewrite(
	client: KubernetesClient,
	type: ResourceType,
	name: ObjectName,
	{ metadata: { resourceVersion } }: LiveObject,
	managedFields: readonly ManagedFields[],
	options: WriteOptions,
): Promise<LiveObject> {
	const json = [
		{ op: "replace", path: "/metadata/managedFields", value: managedFields },
		// Another version than the live one is a conflict; a `test` that fails would be called invalid.
		{ op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
	];
	return client.patch(type, name, { json }, { ...options, fieldManager });
}
