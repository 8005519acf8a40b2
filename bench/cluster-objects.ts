/** Objects of one application in a cluster: 6 ConfigMaps of 600 bytes, a Deployment without replicas, Service, ServiceAccount and Role. */
export const objectsEach = 10;

/** Namespaces that the applications share. */
export const namespaces = 10;

export interface BenchObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: { readonly name: string; readonly namespace: string };
	readonly [field: string]: unknown;
}

export function namespaceOf(application: number): string {
	return `team-${application % namespaces}`;
}

export function configMap(application: number, index: number, text = "x".repeat(600)): BenchObject {
	const metadata = { name: `app-${application}-${index}`, namespace: namespaceOf(application) };
	return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text } };
}

/** Everything of one application, in the order in which a person would apply it. */
export function objectsOf(application: number): readonly BenchObject[] {
	const name = `app-${application}`;
	const metadata = { name, namespace: namespaceOf(application) };
	const labels = { app: name };
	return [
		{ apiVersion: "v1", kind: "ServiceAccount", metadata },
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "Role",
			metadata,
			rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
		},
		...Array.from({ length: 6 }, (_, index) => configMap(application, index)),
		{ apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } },
		{
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata,
			spec: {
				replicas: 0,
				selector: { matchLabels: labels },
				template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "registry.example.com/web:1" }] } },
			},
		},
	];
}

const plurals: Readonly<Record<string, string>> = {
	ServiceAccount: "serviceaccounts",
	Role: "roles",
	ConfigMap: "configmaps",
	Service: "services",
	Deployment: "deployments",
};

/** Path of an object at the API server. */
export function pathOf({ apiVersion, kind, metadata }: BenchObject): string {
	const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
	return `${base}/namespaces/${metadata.namespace}/${plurals[kind] ?? kind}/${metadata.name}`;
}
