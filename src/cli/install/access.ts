import { globalName, labels, type Manifest, type Place } from "./place.ts";
import type { InstallValues, Resources } from "./values.ts";

interface Rule {
	readonly apiGroups: readonly string[];
	readonly resources: readonly string[];
	readonly resourceNames?: readonly string[];
	readonly verbs: readonly string[];
}

const change = ["create", "delete", "get", "list", "patch", "watch"];
const read = ["get", "list", "watch"];
const apiVersion = "rbac.authorization.k8s.io/v1";

/** Roles and bindings: what the values name, and no more. */
export function access(values: InstallValues, place: Place): readonly Manifest[] {
	const { rbac, namespaces, clusterWide, impersonate } = values;
	if (!rbac.create) return [];
	const inNamespaces = [
		...rules(rbac.changes, change),
		...(rbac.secrets ? rules([{ group: "", names: ["secrets"] }], change) : []),
		...rules(rbac.reads, read),
	];
	const inCluster = [
		...rules(rbac.clusterReads, read),
		...(clusterWide ? [...rules(rbac.clusterChanges, change), ...inNamespaces] : []),
		...impersonation("groups", impersonate.groups),
		...impersonation("users", impersonate.users),
	];
	const name = globalName(place);
	return [
		...granted(place, name, inCluster),
		...(clusterWide ? [] : namespaces.flatMap((namespace) => granted(place, name, inNamespaces, namespace))),
		...impersonate.serviceAccounts.flatMap((account) =>
			granted(place, `${name}:as:${account.name}`, impersonation("serviceaccounts", [account.name]), account.namespace),
		),
	];
}

/** A subresource such as pods/log can only be got. */
function rules(resources: Resources, verbs: readonly string[]): readonly Rule[] {
	return resources.flatMap(({ group, names }) => {
		const whole = names.filter((name) => !name.includes("/"));
		const parts = names.filter((name) => name.includes("/"));
		return [
			...(whole.length === 0 ? [] : [{ apiGroups: [group], resources: whole, verbs }]),
			...(parts.length === 0 ? [] : [{ apiGroups: [group], resources: parts, verbs: ["get"] }]),
		];
	});
}

function impersonation(resource: string, names: readonly string[]): readonly Rule[] {
	return names.length === 0 ? [] : [{ apiGroups: [""], resources: [resource], resourceNames: names, verbs: ["impersonate"] }];
}

/** A role and its binding to Gitward's service account: in a namespace, or in the whole cluster. */
function granted(place: Place, name: string, rules: readonly Rule[], namespace?: string): readonly Manifest[] {
	if (rules.length === 0) return [];
	const kind = namespace === undefined ? "ClusterRole" : "Role";
	const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels: labels(place) };
	return [
		{ apiVersion, kind, metadata, rules },
		{
			apiVersion,
			kind: `${kind}Binding`,
			metadata,
			roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
			subjects: [{ kind: "ServiceAccount", name: place.name, namespace: place.namespace }],
		},
	];
}
