import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { RepositoryDocument, SecretSource } from "../../core/documents/repository.ts";
import { Secret } from "../../lib/secret.ts";
import type { GitEnvironment } from "./git-command.ts";
import { allowedProtocols, type GitUrl } from "./git-url.ts";
import type { Programs } from "./programs.ts";

/** What one git process needs to reach one origin; to be disposed of when it ended. */
export interface Access {
	readonly env: GitEnvironment;
	readonly secrets: readonly Secret[];
	dispose(): Promise<void>;
}

export interface AccessOptions {
	readonly url: GitUrl;
	readonly credentials: RepositoryDocument["spec"]["credentials"];
	readonly reveal: (source: SecretSource) => Promise<Secret>;
	readonly programs: Programs;
	/** For the files that ssh wants; private. */
	readonly folder: string;
}

const prefix = "access-";

/** Makes ready how to reach a URL. Credentials go through the environment of the one process, or files of mode 0600 for ssh. */
export async function grantAccess({ url, credentials, reveal, programs, folder }: AccessOptions): Promise<Access> {
	const common = {
		GIT_ALLOW_PROTOCOL: allowedProtocols(url),
		GIT_ASKPASS: programs.askpass,
		SSH_ASKPASS_REQUIRE: "never",
		GIT_SSH: programs.ssh,
		GIT_SSH_VARIANT: "ssh",
	};
	if (credentials === undefined) return { env: common, secrets: [], dispose: async () => {} };
	if ("ssh" in credentials) {
		if (url.kind !== "ssh") throw unfit("an ssh key", url);
		return sshAccess(common, await reveal(credentials.ssh.key), await reveal(credentials.ssh.knownHosts), folder);
	}
	if (url.kind !== "http") throw unfit("a token or password", url);
	if (url.scheme === "http" && !/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/u.test(url.host)) {
		throw new AppError(`The credentials for ${url.scheme}://${url.host} would travel unencrypted`, {
			code: "RepositoryUrlInvalid",
			kind: "invalid",
			hint: "Use an https URL.",
		});
	}
	const password = await reveal("token" in credentials ? credentials.token : credentials.basic.password);
	const value = password.reveal().trim();
	if (value === "" || /[\r\n\0]/u.test(value)) throw badSecret("the token or password is empty or has several lines");
	const username = url.user ?? ("token" in credentials ? "x-access-token" : credentials.basic.username);
	const env = {
		...common,
		GITWARD_ORIGIN: `${url.scheme}://${url.host}`,
		GITWARD_USER_ORIGIN: `${url.scheme}://${encodeURIComponent(username)}@${url.host}`,
		GITWARD_USERNAME: username,
		GITWARD_PASSWORD: value,
	};
	return { env, secrets: [new Secret(value)], dispose: async () => {} };
}

async function sshAccess(common: GitEnvironment, key: Secret, knownHosts: Secret, folder: string): Promise<Access> {
	if (!key.reveal().includes("PRIVATE KEY-----")) throw badSecret("the ssh key is not a private key in OpenSSH form");
	const home = await mkdtemp(join(folder, prefix));
	const dispose = (): Promise<void> => rm(home, { recursive: true, force: true });
	try {
		const files = { key: join(home, "key"), knownHosts: join(home, "known_hosts"), config: join(home, "config") };
		await writeFile(files.key, `${key.reveal().replaceAll("\r\n", "\n").trimEnd()}\n`, { mode: 0o600 });
		await writeFile(files.knownHosts, `${knownHosts.reveal().trimEnd()}\n`, { mode: 0o600 });
		await writeFile(files.config, sshConfig(files), { mode: 0o600 });
		return { env: { ...common, GITWARD_SSH_CONFIG: files.config }, secrets: [key], dispose };
	} catch (error) {
		await dispose();
		throw error;
	}
}

/** See ssh_config(5); replaces the user's and the machine's configuration. */
function sshConfig(files: { readonly key: string; readonly knownHosts: string }): string {
	const quoted = (path: string): string => `"${path.replaceAll("%", "%%")}"`;
	return [
		"Host *",
		`IdentityFile ${quoted(files.key)}`,
		"IdentitiesOnly yes",
		"IdentityAgent none",
		`UserKnownHostsFile ${quoted(files.knownHosts)}`,
		"GlobalKnownHostsFile /dev/null",
		"StrictHostKeyChecking yes",
		"UpdateHostKeys no",
		"BatchMode yes",
		"PreferredAuthentications publickey",
		"ConnectTimeout 15",
		"ServerAliveInterval 15",
		"ClearAllForwardings yes",
		"ForwardAgent no",
		"PermitLocalCommand no",
		"",
	].join("\n");
}

function unfit(what: string, url: GitUrl): AppError {
	return new AppError(`The credentials are ${what}, which a ${url.kind} URL has no use for`, {
		code: "CredentialsUnfit",
		kind: "invalid",
		hint: "Let spec.url and spec.credentials of the Repository go together.",
	});
}

function badSecret(why: string): AppError {
	return new AppError(`The credentials cannot be used: ${why}`, {
		code: "CredentialsInvalid",
		kind: "invalid",
		hint: "Check the file or variable that spec.credentials names.",
	});
}

/** Whether a name in the folder is one that an earlier life may have left there. */
export function isAccessFolder(name: string): boolean {
	return name.startsWith(prefix);
}
