/** What an installation is called, and where it stands. */
export interface Place {
	/** Helm's release name; names all objects. */
	readonly name: string;
	readonly namespace: string;
	/** Version of Gitward. */
	readonly version: string;
}

/** A Kubernetes object as it is printed. */
export interface Manifest {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations?: Readonly<Record<string, string>>;
	};
	readonly [field: string]: unknown;
}

/** Labels by which the Pod is found; they never change. */
export function selector({ name }: Place): Readonly<Record<string, string>> {
	return { "app.kubernetes.io/name": "gitward", "app.kubernetes.io/instance": name };
}

/** Labels of every object. */
export function labels(place: Place): Readonly<Record<string, string>> {
	return { ...selector(place), "app.kubernetes.io/version": place.version };
}

/** Name of what stands outside the installation's own namespace. */
export function globalName({ name, namespace }: Place): string {
	return `${namespace}:${name}`;
}

/** Keeps what is not empty, as a Helm template does with `with`. */
export function filled<Key extends string>(key: Key, value: object | string): Partial<Record<Key, unknown>> {
	const isEmpty = typeof value === "string" ? value === "" : Object.keys(value).length === 0;
	return isEmpty ? {} : ({ [key]: value } as Record<Key, unknown>);
}
