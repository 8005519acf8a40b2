import { resolve } from "node:path";
import { AppError } from "../../../core/app-error.ts";
import type { Identity } from "../../../core/documents/metadata.ts";
import type { Exec } from "../../../lib/exec/exec.ts";
import { systemClock } from "../../../lib/system-clock.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import type { Credentials } from "./credentials.ts";
import { createExecCredentials } from "./exec-credentials.ts";
import { createFileCredentials } from "./file-credentials.ts";
import { inClusterConnection } from "./in-cluster.ts";
import { impersonated, type Kubeconfig, readKubeconfig } from "./kubeconfig.ts";
import { fromBase64, loginOf, readCredential } from "./login.ts";
import { proxyFor } from "./proxy.ts";

/** How one cluster is reached, and as whom. */
export interface Connection {
	/** For errors: `context production of clusters.yaml`. */
	readonly title: string;
	/** Base address of the API; may have a path. */
	readonly server: URL;
	/** PEM of the authorities that may have signed the server's certificate; the system's where absent. */
	readonly ca: string | undefined;
	/** Name that the server's certificate must have, where it is not the host of `server`. */
	readonly serverName: string | undefined;
	/** True: the server's certificate is not looked at. */
	readonly insecure: boolean;
	/** HTTP proxy that leads there. */
	readonly proxy: URL | undefined;
	/** Namespace of the context. */
	readonly namespace: string | undefined;
	/** In whose name everything is asked where a request names nobody. */
	readonly as: Identity | undefined;
	readonly credentials: Credentials;
}

/** What an Environment says about its cluster; fits `spec.target.kubernetes`. */
export interface ConnectionTarget {
	readonly kubeconfig?: string | undefined;
	readonly context?: string | undefined;
	readonly proxy?: string | undefined;
}

export interface ConnectionOptions extends SignalOption {
	/** Relative paths of the target are taken from here. */
	readonly base: string;
	/** Environment variables that count: those of proxies and the address that a Pod is told. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Starts credential plug-ins. */
	readonly exec: Exec;
	/** Commands of credential plug-ins that the operator allows, as kubeconfigs name them. */
	readonly allowExec?: readonly string[];
	/** Whether kubeconfigs may say `insecure-skip-tls-verify`. */
	readonly allowInsecure?: boolean;
	/** Folder of the Pod's service account; Kubernetes' own where absent. */
	readonly serviceAccount?: string;
	readonly clock?: Clock;
}

/** Reads how to reach a cluster: from a kubeconfig, or from the service account of the Pod it runs in. */
export async function loadConnection(target: ConnectionTarget, options: ConnectionOptions): Promise<Connection> {
	const clock = options.clock ?? systemClock;
	if (target.kubeconfig === undefined) return inClusterConnection(target, { ...options, clock });
	const config = await readKubeconfig(resolve(options.base, target.kubeconfig), target.context);
	const { cluster } = config;
	refuseInsecure(config, options.allowInsecure === true);
	const proxy = target.proxy ?? cluster.proxy;
	return {
		title: config.title,
		server: cluster.server,
		ca: await authorities(config),
		serverName: cluster.serverName,
		insecure: cluster.insecure,
		proxy: proxy === undefined ? proxyFor(cluster.server, options.environment) : new URL(proxy),
		namespace: config.namespace,
		as: impersonated(config.user),
		credentials: await credentialsOf(config, target, { ...options, clock }),
	};
}

async function authorities({ cluster, clusterPath, place }: Kubeconfig): Promise<string | undefined> {
	const { data, file } = cluster.ca;
	if (data !== undefined && data !== "") return fromBase64(data, place([...clusterPath, "certificate-authority-data"]));
	if (file === undefined) return undefined;
	return readCredential(file, "certificate authority", place([...clusterPath, "certificate-authority"]));
}

async function credentialsOf(
	config: Kubeconfig,
	target: ConnectionTarget,
	options: ConnectionOptions & { readonly clock: Clock },
): Promise<Credentials> {
	if (config.user.exec !== undefined) return createExecCredentials(config, config.user.exec, options);
	const load = async () => loginOf(await readKubeconfig(config.file, target.context));
	return createFileCredentials(await loginOf(config), load, options.clock);
}

function refuseInsecure({ title, cluster, clusterPath, place }: Kubeconfig, isAllowed: boolean): void {
	const refusal = (message: string, hint: string, key: string) =>
		new AppError(message, { code: "InsecureNotAllowed", kind: "denied", hint, place: place([...clusterPath, key]) });
	if (cluster.insecure && !isAllowed) {
		throw refusal(
			`${title} says insecure-skip-tls-verify: anybody between could answer for its server`,
			"Give certificate-authority-data instead, or start Gitward with --allow-insecure-clusters.",
			"insecure-skip-tls-verify",
		);
	}
	const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(cluster.server.hostname);
	if (cluster.server.protocol === "http:" && !isLocal && !isAllowed) {
		throw refusal(`${title} would send credentials in clear to ${cluster.server.origin}`, "Use an https address.", "server");
	}
}
