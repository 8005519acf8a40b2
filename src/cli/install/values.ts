import { z } from "zod";

const name = z
	.string()
	.max(253)
	.regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u, "lower-case letters, digits, dashes and dots");
const namespace = z
	.string()
	.max(63)
	.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u, "lower-case letters, digits and dashes");
const optionalName = z.union([z.literal(""), name]);
const texts = z.record(z.string(), z.string());

const resources = z
	.array(
		z.strictObject({
			group: z.string().regex(/^[a-z0-9.-]*$/u, "an API group, empty for the core group; no wildcard"),
			names: z.array(z.string().regex(/^[a-z0-9.-]+(\/[a-z0-9.-]+)?$/u, "plural names, such as deployments; no wildcard")).min(1),
		}),
	)
	.max(200);

const quantity = z.union([z.string().regex(/^[0-9]+(\.[0-9]+)?([EPTGMk]i?|m)?$/u, "a quantity such as 5Gi or 100m"), z.int().positive()]);

/** Settings of an installation in a cluster: the chart's values and those of `gitward install` are the same. */
export const installValuesSchema = z
	.strictObject({
		image: z
			.strictObject({
				repository: z.string().min(1).default("gitward").describe("Image, with its registry; built from deploy/Containerfile."),
				tag: z.string().default("").describe("Tag; this version where empty."),
				digest: z
					.union([z.literal(""), z.string().regex(/^sha256:[0-9a-f]{64}$/u)])
					.default("")
					.describe("Digest; where given, the tag says nothing."),
				pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).default("IfNotPresent"),
				pullSecrets: z.array(name).default([]).describe("Names of Secrets that open the registry."),
			})
			.prefault({}),
		createNamespace: z
			.boolean()
			.default(false)
			.describe("Whether the namespace is among the objects, with pod security `restricted` enforced."),
		control: z
			.strictObject({
				url: z
					.string()
					.regex(/^(hosted:[a-z0-9][-a-z0-9]*|[a-z][a-z0-9+.-]*:\/\/\S+|[^@\s/]+@[^:\s/]+:\S+)$/u, "URL#ref:path, or hosted:NAME")
					.default("hosted:control")
					.describe("Repository of the control documents, `URL#ref:path`; `hosted:NAME` is one that this Gitward hosts at /git/NAME.git."),
				credentials: optionalName
					.default("")
					.describe("Secret that opens it, with the keys `token`; `username`, `password`; or `ssh-privatekey`, `known_hosts`."),
			})
			.prefault({}),
		namespaces: z
			.array(namespace)
			.max(1000)
			.default([])
			.describe("Namespaces that Gitward may change, by a Role in each; they exist already."),
		clusterWide: z.boolean().default(false).describe("Whether it may change all namespaces, and make namespaces."),
		rbac: z
			.strictObject({
				create: z.boolean().default(true).describe("Whether roles and bindings are among the objects."),
				changes: resources
					.default([
						{ group: "", names: ["configmaps", "persistentvolumeclaims", "pods", "serviceaccounts", "services"] },
						{ group: "apps", names: ["daemonsets", "deployments", "statefulsets"] },
						{ group: "autoscaling", names: ["horizontalpodautoscalers"] },
						{ group: "batch", names: ["cronjobs", "jobs"] },
						{ group: "networking.k8s.io", names: ["ingresses", "networkpolicies"] },
						{ group: "policy", names: ["poddisruptionbudgets"] },
					])
					.describe("What it may read, make, change and delete."),
				reads: resources
					.default([
						{ group: "", names: ["endpoints", "events", "pods/log"] },
						{ group: "apps", names: ["controllerrevisions", "replicasets"] },
						{ group: "discovery.k8s.io", names: ["endpointslices"] },
					])
					.describe("What it may only read: for `gitward tree`, logs and causes."),
				secrets: z.boolean().default(false).describe("Whether it may also read and change Secrets."),
				clusterReads: resources
					.default([
						{ group: "", names: ["namespaces"] },
						{ group: "apiextensions.k8s.io", names: ["customresourcedefinitions"] },
					])
					.describe("What it may read of the cluster as a whole, also where `clusterWide` is false."),
				clusterChanges: resources
					.default([{ group: "", names: ["namespaces"] }])
					.describe("What it may read, make, change and delete of the cluster as a whole; only with `clusterWide`."),
			})
			.prefault({}),
		impersonate: z
			.strictObject({
				users: z.array(z.string().min(1)).default([]),
				groups: z.array(z.string().min(1)).default([]),
				serviceAccounts: z.array(z.strictObject({ namespace, name })).default([]),
			})
			.prefault({})
			.describe("In whose name Projects and Applications may be applied (`spec.as`); nobody's where empty."),
		serviceAccount: z.strictObject({ annotations: texts.default({}) }).prefault({}),
		tls: z
			.strictObject({
				secret: optionalName
					.default("")
					.describe("Secret of type kubernetes.io/tls; with it Gitward listens for others, and there is a Service. Read at the start."),
				plainHttp: z
					.boolean()
					.default(false)
					.describe("Listen for others without TLS; only where something else encrypts, such as a service mesh."),
			})
			.prefault({})
			.describe("Without either, it listens inside its Pod only, and is reached by `kubectl port-forward`."),
		publicUrl: z
			.union([z.literal(""), z.url({ protocol: /^https?$/u })])
			.default("")
			.describe("Address by which a proxy or an Ingress in front is reached."),
		service: z.strictObject({ annotations: texts.default({}) }).prefault({}),
		token: z
			.strictObject({
				secret: optionalName
					.default("")
					.describe(
						"Secret whose key `token` is the administrator's token; where empty it is made at the first start and kept with the state.",
					),
			})
			.prefault({}),
		state: z
			.strictObject({
				size: quantity.default("5Gi"),
				storageClass: z.string().default("").describe("The cluster's default where empty."),
				existingClaim: optionalName.default("").describe("A PersistentVolumeClaim to use instead of making one."),
			})
			.prefault({}),
		ca: z
			.strictObject({
				configMap: optionalName
					.default("")
					.describe("ConfigMap with a bundle of all certificate authorities that are trusted, instead of the image's own."),
				key: z.string().min(1).default("ca.crt"),
			})
			.prefault({}),
		proxy: z
			.strictObject({
				url: z
					.union([z.literal(""), z.url({ protocol: /^https?$/u })])
					.default("")
					.describe("Proxy for what Gitward fetches."),
				except: z.string().default("").describe("Hosts and networks that need none, with commas; name those of the cluster."),
			})
			.prefault({}),
		secrets: z
			.array(name)
			.max(100)
			.default([])
			.describe("Further Secrets, as files in /etc/gitward/secrets/NAME: credentials of Repositories, kubeconfigs of other clusters."),
		logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
		resources: z
			.strictObject({
				requests: z
					.object({ cpu: quantity.default("100m"), memory: quantity.default("256Mi") })
					.catchall(quantity)
					.prefault({}),
				limits: z
					.object({ memory: quantity.default("1Gi") })
					.catchall(quantity)
					.prefault({}),
			})
			.prefault({}),
		networkPolicy: z
			.strictObject({
				create: z.boolean().default(true),
				from: z
					.array(z.record(z.string(), z.unknown()))
					.default([])
					.describe(
						"Who may connect, as `ingress.from` of a NetworkPolicy; everybody where empty. Nobody where it does not listen for others.",
					),
				egress: z
					.array(z.record(z.string(), z.unknown()))
					.default([])
					.describe("Where it may connect to, as `egress` of a NetworkPolicy; everywhere where empty."),
			})
			.prefault({}),
		podAnnotations: texts.default({}),
		podLabels: texts.default({}),
		nodeSelector: texts.default({}),
		tolerations: z.array(z.record(z.string(), z.unknown())).default([]),
		affinity: z.record(z.string(), z.unknown()).default({}),
		priorityClassName: optionalName.default(""),
		global: z.record(z.string(), z.unknown()).optional().describe("What Helm gives to charts that this one is part of; not read."),
	})
	.refine(({ tls }) => tls.secret === "" || !tls.plainHttp, { path: ["tls"], message: "tls.secret and tls.plainHttp exclude each other" })
	.describe("Values of the chart and of `gitward install`.");

/** Settings of an installation in a cluster, with defaults filled in. */
export type InstallValues = z.infer<typeof installValuesSchema>;
/** What may be read or changed: an API group and plural names in it. */
export type Resources = z.infer<typeof resources>;
