import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/app-error.ts";
import type { RepositoryDocument } from "../core/documents/repository.ts";
import { readText } from "./read-text.ts";

type Credentials = NonNullable<RepositoryDocument["spec"]["credentials"]>;

/**
 * Credentials that stand in a folder, one file each, as a mounted Secret has them: `token`; `username` and `password`; or `ssh-privatekey`
 * (also `identity`) and `known_hosts`. The files are read anew at each use, so that they may change. `invalid` where it is none of these.
 */
export async function credentialsIn(folder: string): Promise<Credentials> {
	const names = new Set(await readdir(folder).catch(() => []));
	const file = (name: string): { readonly file: string } => ({ file: join(folder, name) });
	if (names.has("token")) return { token: file("token") };
	if (names.has("username") && names.has("password"))
		return { basic: { username: (await readText(join(folder, "username"))).trim(), password: file("password") } };
	const key = ["ssh-privatekey", "identity"].find((name) => names.has(name));
	if (key !== undefined && names.has("known_hosts")) return { ssh: { key: file(key), knownHosts: file("known_hosts") } };
	throw new AppError(`The folder ${folder} holds no credentials for the control repository`, {
		code: "CredentialsMissing",
		kind: "invalid",
		hint: "It holds a file `token`, or `username` and `password`, or `ssh-privatekey` and `known_hosts`.",
	});
}
