import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AppError, type SourcePlace } from "../../../core/app-error.ts";
import { Secret } from "../../../lib/secret.ts";
import type { Login } from "./credentials.ts";
import type { LoadedLogin } from "./file-credentials.ts";
import type { Inline, Kubeconfig } from "./kubeconfig.ts";

/** The login that a kubeconfig's user has without a plug-in, with the files that it came from. */
export async function loginOf({ file, user, userPath, place }: Kubeconfig): Promise<LoadedLogin> {
	const files = [file];
	const read = async (inline: Inline, key: string, what: string): Promise<string | undefined> => {
		if (inline.data !== undefined && inline.data !== "") return fromBase64(inline.data, place([...userPath, `${key}-data`]));
		if (inline.file === undefined || inline.file === "") return undefined;
		const path = resolve(dirname(file), inline.file);
		files.push(path);
		return readCredential(path, what, place([...userPath, key]));
	};
	const certificate = await read(
		{ data: user["client-certificate-data"], file: user["client-certificate"] },
		"client-certificate",
		"client certificate",
	);
	const key = await read({ data: user["client-key-data"], file: user["client-key"] }, "client-key", "key of the client certificate");
	if ((certificate === undefined) !== (key === undefined)) {
		throw new AppError(`${file}: a client certificate needs both client-certificate and client-key`, {
			code: "KubeconfigInvalid",
			kind: "invalid",
			place: place(userPath),
			hint: certificate === undefined ? "Add client-certificate or client-certificate-data." : "Add client-key or client-key-data.",
		});
	}
	const tokenFile = filled(await read({ file: user.tokenFile }, "tokenFile", "token"), place([...userPath, "tokenFile"]));
	const login: Login = {
		authorization: authorizationOf(tokenFile ?? user.token, user.username, user.password),
		certificate: certificate === undefined || key === undefined ? undefined : { certificate, key: new Secret(key) },
	};
	return { login, files };
}

/** Value of the Authorization header for a bearer token. */
export function bearer(token: string): Secret | undefined {
	const trimmed = token.trim();
	return trimmed === "" ? undefined : new Secret(`Bearer ${trimmed}`);
}

/** An empty token would make the request anonymous; a file is empty for a moment where it is written anew in place. */
export function filled<Text extends string | undefined>(token: Text, place: SourcePlace): Text {
	if (token === undefined || token.trim() !== "") return token;
	throw new AppError("The file of the token is empty", {
		code: "CredentialUnreadable",
		kind: "denied",
		hint: "See to it that whatever writes it does.",
		place,
	});
}

function authorizationOf(token: string | undefined, username: string | undefined, password: string | undefined): Secret | undefined {
	if (token !== undefined) return bearer(token);
	if (username === undefined) return undefined;
	return new Secret(`Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`);
}

/** Reads a file that a login or a trust is made of. */
export async function readCredential(file: string, what: string, place: SourcePlace): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw new AppError(`The ${what} ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "it is no file"}`, {
			code: "CredentialUnreadable",
			kind: "denied",
			hint: "See to it that the file is there and Gitward may read it.",
			place,
			cause: error,
		});
	}
}

/** Text of base64 data in a kubeconfig; an error never holds it. */
export function fromBase64(data: string, place: SourcePlace): string {
	const compact = data.replaceAll(/\s/gu, "");
	if (/^[A-Za-z0-9+/]*={0,2}$/u.test(compact)) return Buffer.from(compact, "base64").toString("utf8");
	throw new AppError(`${place.file}: ${place.key ?? ""} is not base64`, {
		code: "KubeconfigInvalid",
		kind: "invalid",
		place,
		hint: "Data that ends in -data is PEM text in base64.",
	});
}
