import { access } from "./access.ts";
import { filled, labels, type Manifest, type Place, selector } from "./place.ts";
import { listens, podSelector, podTemplate, ports } from "./pod.ts";
import type { InstallValues } from "./values.ts";

/** Every object of an installation, in the order in which they are applied. The chart makes the same; a test compares them. */
export function installation(values: InstallValues, place: Place): readonly Manifest[] {
	return [
		...(values.createNamespace ? [home(place)] : []),
		{
			apiVersion: "v1",
			kind: "ServiceAccount",
			metadata: { ...own(place), ...annotated(values.serviceAccount.annotations) },
			automountServiceAccountToken: false,
		},
		...access(values, place),
		...(values.state.existingClaim === "" ? [claim(values, place)] : []),
		...(listens(values) ? [service(values, place)] : []),
		...(values.networkPolicy.create ? [networkPolicy(values, place)] : []),
		{
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: own(place),
			spec: {
				// The state has one owner at a time: the old Pod is gone before a new one starts.
				replicas: 1,
				strategy: { type: "Recreate" },
				revisionHistoryLimit: 3,
				selector: podSelector(place),
				template: podTemplate(values, place),
			},
		},
	];
}

type Metadata = Manifest["metadata"];

function own(place: Place): Metadata {
	return { name: place.name, namespace: place.namespace, labels: labels(place) };
}

function annotated(annotations: Readonly<Record<string, string>>): Pick<Metadata, "annotations"> {
	return filled("annotations", annotations) as Pick<Metadata, "annotations">;
}

function home(place: Place): Manifest {
	const enforced = { "pod-security.kubernetes.io/enforce": "restricted" };
	return { apiVersion: "v1", kind: "Namespace", metadata: { name: place.namespace, labels: { ...labels(place), ...enforced } } };
}

/** Kept when the release is uninstalled: hosted repositories and history are in it. */
function claim({ state }: InstallValues, place: Place): Manifest {
	return {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { ...own(place), annotations: { "helm.sh/resource-policy": "keep" } },
		spec: {
			accessModes: ["ReadWriteOnce"],
			...filled("storageClassName", state.storageClass),
			resources: { requests: { storage: state.size } },
		},
	};
}

function service(values: InstallValues, place: Place): Manifest {
	const [name, port] = values.tls.plainHttp ? ["http", 80] : ["https", 443];
	return {
		apiVersion: "v1",
		kind: "Service",
		metadata: { ...own(place), ...annotated(values.service.annotations) },
		spec: { type: "ClusterIP", selector: selector(place), ports: [{ name, port, targetPort: "api", protocol: "TCP" }] },
	};
}

function networkPolicy(values: InstallValues, place: Place): Manifest {
	const { from, egress } = values.networkPolicy;
	return {
		apiVersion: "networking.k8s.io/v1",
		kind: "NetworkPolicy",
		metadata: own(place),
		spec: {
			podSelector: podSelector(place),
			policyTypes: ["Ingress", ...(egress.length === 0 ? [] : ["Egress"])],
			ingress: listens(values) ? [{ ...filled("from", from), ports: [{ port: ports.api, protocol: "TCP" }] }] : [],
			...filled("egress", egress),
		},
	};
}
