import { filled, labels, type Place, selector } from "./place.ts";
import type { InstallValues } from "./values.ts";

/** Ports of the container. */
export const ports = { api: 7474, probes: 7475 } as const;
/** User and group that the image runs as; no user of any node. */
const user = 65_532;
const home = "/var/lib/gitward";
const folder = "/etc/gitward";
/** Readable by the group of the Pod only. */
const secretMode = 0o440;

/** Whether others than the Pod itself can connect. */
export function listens({ tls }: InstallValues): boolean {
	return tls.secret !== "" || tls.plainHttp;
}

/** The template of Gitward's Pod: fits pod security `restricted`, and writes to its state and /tmp only. */
export function podTemplate(values: InstallValues, place: Place): object {
	const { podAnnotations, podLabels, nodeSelector, tolerations, affinity, priorityClassName, image, resources } = values;
	return {
		metadata: { labels: { ...podLabels, ...labels(place) }, ...filled("annotations", podAnnotations) },
		spec: {
			serviceAccountName: place.name,
			automountServiceAccountToken: true,
			enableServiceLinks: false,
			terminationGracePeriodSeconds: 60,
			securityContext: {
				runAsNonRoot: true,
				runAsUser: user,
				runAsGroup: user,
				fsGroup: user,
				fsGroupChangePolicy: "OnRootMismatch",
				seccompProfile: { type: "RuntimeDefault" },
			},
			...filled(
				"imagePullSecrets",
				image.pullSecrets.map((name) => ({ name })),
			),
			containers: [
				{
					name: "gitward",
					image: imageName(values, place),
					imagePullPolicy: image.pullPolicy,
					args: args(values),
					...filled("env", env(values)),
					workingDir: home,
					ports: [
						...(listens(values) ? [{ name: "api", containerPort: ports.api, protocol: "TCP" }] : []),
						{ name: "probes", containerPort: ports.probes, protocol: "TCP" },
					],
					startupProbe: probe("/healthz", 2, 60),
					livenessProbe: probe("/healthz", 10, 6),
					readinessProbe: probe("/readyz", 5, 2),
					...filled("resources", resources),
					securityContext: {
						allowPrivilegeEscalation: false,
						readOnlyRootFilesystem: true,
						capabilities: { drop: ["ALL"] },
					},
					volumeMounts: volumes(values, place).map(({ name, mountPath, source }) => ({
						name,
						mountPath,
						...("persistentVolumeClaim" in source || "emptyDir" in source ? {} : { readOnly: true }),
					})),
				},
			],
			volumes: volumes(values, place).map(({ name, source }) => ({ name, ...source })),
			...filled("nodeSelector", nodeSelector),
			...filled("tolerations", tolerations),
			...filled("affinity", affinity),
			...filled("priorityClassName", priorityClassName),
		},
	};
}

/** Labels that a selector finds the Pod by. */
export function podSelector(place: Place): object {
	return { matchLabels: selector(place) };
}

function imageName({ image }: InstallValues, { version }: Place): string {
	return image.digest === "" ? `${image.repository}:${image.tag || version}` : `${image.repository}@${image.digest}`;
}

function args(values: InstallValues): readonly string[] {
	const { control, logLevel, tls, publicUrl, token } = values;
	return [
		...["up", "--control", control.url],
		...(control.credentials === "" ? [] : ["--control-credentials", `${folder}/control`]),
		...["--listen", `${listens(values) ? "0.0.0.0" : "127.0.0.1"}:${ports.api}`],
		...["--probes", `0.0.0.0:${ports.probes}`],
		...(tls.secret === "" ? [] : ["--tls-cert", `${folder}/tls/tls.crt`, "--tls-key", `${folder}/tls/tls.key`]),
		...(tls.plainHttp ? ["--plain-http"] : []),
		...(publicUrl === "" ? [] : ["--public-url", publicUrl]),
		...(token.secret === "" ? [] : ["--token-file", `${folder}/token/token`]),
		...["--no-link", "--log-level", logLevel],
	];
}

function env({ ca, proxy }: InstallValues): readonly { readonly name: string; readonly value: string }[] {
	const bundle = `${folder}/ca/${ca.key}`;
	return [
		...(ca.configMap === "" ? [] : ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "GIT_SSL_CAINFO"].map((name) => ({ name, value: bundle }))),
		...(proxy.url === "" ? [] : ["HTTPS_PROXY", "HTTP_PROXY"].map((name) => ({ name, value: proxy.url }))),
		...(proxy.except === "" ? [] : [{ name: "NO_PROXY", value: proxy.except }]),
	];
}

function probe(path: string, periodSeconds: number, failureThreshold: number): object {
	return { httpGet: { path, port: "probes" }, periodSeconds, failureThreshold, timeoutSeconds: 5 };
}

interface Volume {
	readonly name: string;
	readonly mountPath: string;
	readonly source: object;
}

function volumes({ state, tls, token, control, ca, secrets }: InstallValues, { name: place }: Place): readonly Volume[] {
	const secret = (name: string, mountPath: string, secretName: string): readonly Volume[] =>
		secretName === "" ? [] : [{ name, mountPath, source: { secret: { secretName, defaultMode: secretMode } } }];
	return [
		{ name: "state", mountPath: home, source: { persistentVolumeClaim: { claimName: state.existingClaim || place } } },
		{ name: "tmp", mountPath: "/tmp", source: { emptyDir: { sizeLimit: "2Gi" } } },
		...secret("tls", `${folder}/tls`, tls.secret),
		...secret("token", `${folder}/token`, token.secret),
		...secret("control", `${folder}/control`, control.credentials),
		...(ca.configMap === "" ? [] : [{ name: "ca", mountPath: `${folder}/ca`, source: { configMap: { name: ca.configMap } } }]),
		...secrets.flatMap((each, index) => secret(`secret-${index}`, `${folder}/secrets/${each}`, each)),
	];
}
