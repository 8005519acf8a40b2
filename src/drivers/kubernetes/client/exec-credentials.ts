import { dirname, resolve } from "node:path";
import { z } from "zod";
import { AppError } from "../../../core/app-error.ts";
import type { Exec } from "../../../lib/exec/exec.ts";
import { Secret } from "../../../lib/secret.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import { type Credentials, isSameLogin, type Login } from "./credentials.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import type { KubeconfigExec } from "./kubeconfig-user.ts";
import { bearer, fromBase64, readCredential } from "./login.ts";

export interface ExecCredentialsOptions extends SignalOption {
	readonly exec: Exec;
	/** Commands that the operator allows, as kubeconfigs name them. */
	readonly allowExec?: readonly string[];
	readonly clock: Clock;
}

const version = "client.authentication.k8s.io/v1";
const timeoutMs = 30_000;
/** Between two runs, also where the first failed or the server refuses what it gave: a program for every request would be too much. */
const pauseMs = 5000;
/** A login is renewed this long before it ends, or when a tenth of its time is left, where that is less. */
const marginMs = 60_000;

const answerSchema = z.looseObject({
	apiVersion: z.literal(version),
	kind: z.literal("ExecCredential"),
	status: z
		.looseObject({
			token: z.string().min(1).optional(),
			clientCertificateData: z.string().min(1).optional(),
			clientKeyData: z.string().min(1).optional(),
			expirationTimestamp: z.iso.datetime({ offset: true }).optional(),
		})
		.refine(
			({ token, clientCertificateData }) => token !== undefined || clientCertificateData !== undefined,
			"holds no token and no certificate",
		)
		.refine((status) => (status.clientCertificateData === undefined) === (status.clientKeyData === undefined), "holds half a certificate"),
});

/** Logins that a credential plug-in gives: a program that the kubeconfig names and the operator allows. Kept until they end. */
export async function createExecCredentials(
	config: Kubeconfig,
	plugin: KubeconfigExec,
	options: ExecCredentialsOptions,
): Promise<Credentials> {
	const { exec, allowExec = [], clock } = options;
	const { command } = plugin;
	const place = config.place([...config.userPath, "exec", "command"]);
	if (!allowExec.includes(command)) {
		throw new AppError(`${config.title} wants to run ${command} for its credentials, which is not allowed`, {
			code: "CredentialPluginNotAllowed",
			kind: "denied",
			hint: `If you trust it, start Gitward with --allow-credential-plugin ${command}.`,
			place,
		});
	}
	const fail = (message: string, cause?: unknown): AppError =>
		new AppError(`The credential plug-in ${command} of ${config.title} ${message}`, {
			code: "CredentialPluginFailed",
			kind: "unavailable",
			hint: "Run it yourself, with the arguments that stand there, to see what it says.",
			place,
			cause,
		});
	if (plugin.interactiveMode === "Always") throw fail("wants to ask somebody, and Gitward has nobody to ask");
	const env = {
		...Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value])),
		KUBERNETES_EXEC_INFO: JSON.stringify(await execInfo(config, plugin)),
	};
	// Whatever the kubeconfig hands to it may be a secret, and come back in what it prints.
	const secrets = [...(plugin.args ?? []), ...(plugin.env ?? []).map(({ value }) => value)]
		.filter(({ length }) => length >= 8)
		.map((text) => new Secret(text));
	const program = /[/\\]/u.test(command) ? resolve(dirname(config.file), command) : command;

	let login: Login | undefined;
	let ends = Number.POSITIVE_INFINITY;
	let renewAt = Number.POSITIVE_INFINITY;
	let asking: Promise<Login> | undefined;
	let askedAt = Number.NEGATIVE_INFINITY;
	let failure: Error | undefined;

	async function ask(): Promise<Login> {
		const { stdout } = await exec
			.run(program, plugin.args ?? [], { env, timeoutMs, maxOutputBytes: 1024 * 1024, title: command, secrets })
			.catch((error: unknown) => {
				throw fail(`failed: ${error instanceof Error ? error.message : String(error)}`, error);
			});
		const status = parsed(stdout.toString("utf8"), fail);
		ends = status.expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(status.expirationTimestamp);
		renewAt = ends - Math.min(marginMs, Math.max(0, ends - clock.now()) / 10);
		const { token, clientCertificateData: certificate, clientKeyData: key } = status;
		return {
			authorization: token === undefined ? undefined : bearer(token),
			certificate: certificate === undefined || key === undefined ? undefined : { certificate, key: new Secret(key) },
		};
	}

	const isTooSoon = (): boolean => clock.monotonic() - askedAt < pauseMs;

	async function askOnce(): Promise<Login> {
		if (asking === undefined && failure !== undefined && isTooSoon()) throw failure;
		asking ??= ask().finally(() => {
			asking = undefined;
			askedAt = clock.monotonic();
		});
		try {
			const found = await asking;
			failure = undefined;
			if (login === undefined || !isSameLogin(login, found)) login = found;
			return login;
		} catch (error) {
			failure = error as Error;
			throw error;
		}
	}

	return {
		current() {
			const now = clock.now();
			if (login === undefined || now >= ends) return askOnce();
			// It is still good: whoever comes while it is renewed goes on with it, and a plug-in that fails now may do so until the end.
			if (now >= renewAt && asking === undefined) askOnce().catch(() => {});
			return login;
		},
		async renew(used) {
			if (login !== undefined && login !== used) return true;
			return !isTooSoon() && (await askOnce()) !== used;
		},
	};
}

function parsed(text: string, fail: (message: string) => AppError): z.infer<typeof answerSchema>["status"] {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// The text may hold a token: it is not shown, and neither is the parser's word on it.
		throw fail("printed no JSON");
	}
	const result = answerSchema.safeParse(value);
	if (result.success) return result.data.status;
	const [issue] = result.error.issues;
	throw fail(`printed no ${version} ExecCredential: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
}

async function execInfo({ cluster, clusterPath, place }: Kubeconfig, plugin: KubeconfigExec): Promise<object> {
	const spec = { interactive: false };
	if (plugin.provideClusterInfo !== true) return { apiVersion: version, kind: "ExecCredential", spec };
	const { data, file } = cluster.ca;
	const at = place([...clusterPath, "certificate-authority"]);
	const ca =
		data !== undefined && data !== ""
			? fromBase64(data, at)
			: file === undefined
				? undefined
				: await readCredential(file, "certificate authority", at);
	return {
		apiVersion: version,
		kind: "ExecCredential",
		spec: {
			...spec,
			cluster: {
				server: cluster.server.href.replace(/\/$/u, ""),
				...(cluster.serverName === undefined ? {} : { "tls-server-name": cluster.serverName }),
				...(cluster.insecure ? { "insecure-skip-tls-verify": true } : {}),
				...(cluster.proxy === undefined ? {} : { "proxy-url": cluster.proxy }),
				...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
			},
		},
	};
}
