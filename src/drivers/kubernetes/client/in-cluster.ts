import { join } from "node:path";
import { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Connection, ConnectionOptions, ConnectionTarget } from "./connection.ts";
import { createFileCredentials, type LoadedLogin } from "./file-credentials.ts";
import { bearer, filled, readCredential } from "./login.ts";
import { proxyFor } from "./proxy.ts";

/** Where Kubernetes puts the service account of a Pod. */
const defaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster that this process runs in, as the service account of its Pod. */
export async function inClusterConnection(
	target: ConnectionTarget,
	options: ConnectionOptions & { readonly clock: Clock },
): Promise<Connection> {
	const { environment, serviceAccount: folder = defaultFolder, clock } = options;
	const host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
	const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
	if (host === "") {
		throw new AppError("The Environment names no kubeconfig, and Gitward does not run in a Pod", {
			code: "KubeconfigMissing",
			kind: "invalid",
			hint: "Name one in spec.target.kubernetes.kubeconfig.",
		});
	}
	const server = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
	const file = join(folder, "token");
	const load = async (): Promise<LoadedLogin> => {
		const token = filled(await readCredential(file, "token of the service account", { file }), { file });
		return { login: { authorization: bearer(token), certificate: undefined }, files: [file] };
	};
	const first = await load();
	const caFile = join(folder, "ca.crt");
	const namespaceFile = join(folder, "namespace");
	const namespace = await readCredential(namespaceFile, "namespace of the service account", { file: namespaceFile }).catch(() => "");
	return {
		title: "the cluster that Gitward runs in",
		server,
		ca: await readCredential(caFile, "certificate authority", { file: caFile }),
		serverName: undefined,
		insecure: false,
		proxy: target.proxy === undefined ? proxyFor(server, environment) : new URL(target.proxy),
		namespace: namespace.trim() === "" ? undefined : namespace.trim(),
		as: undefined,
		credentials: createFileCredentials(first, load, clock),
	};
}
