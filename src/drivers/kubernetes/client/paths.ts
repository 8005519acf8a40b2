import type { ObjectName, ResourceType } from "./client.ts";

/** Path of the objects of a type, of one namespace or of all. */
export function collectionPath({ group, version, plural, namespaced }: ResourceType, namespace: string | undefined): string {
	const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
	return namespaced && namespace !== undefined && namespace !== ""
		? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
		: `${root}/${plural}`;
}

/** Path of one object. */
export function objectPath(type: ResourceType, { namespace, name }: ObjectName): string {
	return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** `?a=b&c=d` of what is given; empty where nothing is. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
	let text = "";
	for (const name of Object.keys(values)) {
		const value = values[name];
		if (value !== undefined) text += `${text === "" ? "?" : "&"}${name}=${encodeURIComponent(value)}`;
	}
	return text;
}

/** `Deployment shop/web`, as errors name an object. */
export function objectTitle({ kind, namespaced }: ResourceType, { namespace, name }: ObjectName): string {
	return namespaced && namespace !== "" ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<ResourceType, "group" | "version">): string {
	return group === "" ? version : `${group}/${version}`;
}
