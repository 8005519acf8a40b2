/** Fields by which the items of a list are told apart, by the list's field name; the first that all items have counts. */
export type MergeKeys = Readonly<Record<string, readonly string[]>>;

/** As the structs of k8s.io/api say by `patchMergeKey`. */
const kubernetes: MergeKeys = {
	conditions: ["type"],
	containers: ["name"],
	env: ["name"],
	ephemeralContainers: ["name"],
	hostAliases: ["ip"],
	imagePullSecrets: ["name"],
	initContainers: ["name"],
	ownerReferences: ["uid"],
	ports: ["containerPort", "port"],
	resourceClaims: ["name"],
	secrets: ["name"],
	topologySpreadConstraints: ["topologyKey"],
	volumeDevices: ["devicePath"],
	volumeMounts: ["mountPath"],
	volumes: ["name"],
};

const host: MergeKeys = { ports: ["name"] };

/** The merge keys for Objects of an API; lists of kinds that nobody knows here are replaced, as kubectl does with custom resources. */
export function mergeKeysOf(apiVersion: string): MergeKeys {
	const slash = apiVersion.indexOf("/");
	const group = slash < 0 ? "" : apiVersion.slice(0, slash);
	if (group === "host.gitward.dev") return host;
	return !group.includes(".") || group.endsWith(".k8s.io") ? kubernetes : {};
}
