import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../core/app-error.ts";

/** A checked Git URL: safe to hand to git as an argument after `--end-of-options`. */
export type GitUrl =
	| {
			readonly kind: "http";
			readonly url: string;
			readonly scheme: "http" | "https" /** With the port, where one is given. */;
			readonly host: string;
			readonly user: string | undefined;
	  }
	| { readonly kind: "ssh"; readonly url: string; readonly host: string }
	| { readonly kind: "file"; readonly url: string; readonly path: string }
	| { readonly kind: "hosted"; readonly name: string };

const host = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])$/u;
const user = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$/u;
const hostedName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;

function refuse(
	text: string,
	why: string,
	hint = "Use https://host/path.git, ssh://user@host/path.git, user@host:path, file:///path, a path, or hosted:name.",
): AppError {
	return new AppError(`${shown(text)} is no Git URL that can be used: ${why}`, { code: "RepositoryUrlInvalid", kind: "invalid", hint });
}

/** The URL for messages: without password, and short. */
function shown(text: string): string {
	return JSON.stringify(text.replace(/\/\/[^/@]*@/u, "//").slice(0, 200));
}

/** Checks and sorts a URL as a document gives it; relative paths start at `base`. Throws `invalid`. */
export function parseGitUrl(text: string, base: string | undefined): GitUrl {
	if (text.length > 2048) throw refuse(text, "it is longer than 2048 characters");
	// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are looked for
	if (/[\u0000-\u001f\u007f]/u.test(text)) throw refuse(text, "it has a control character");
	if (text.startsWith("-")) throw refuse(text, "it starts with a dash");
	if (text.startsWith("hosted:")) {
		const name = text.slice("hosted:".length);
		if (!hostedName.test(name)) throw refuse(text, "a hosted repository is named with lower-case letters, digits and dashes");
		return { kind: "hosted", name };
	}
	const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//u.exec(text)?.[1]?.toLowerCase();
	if (scheme !== undefined) return fromUrl(text, scheme);
	if (/^[A-Za-z0-9_+.-]+::/u.test(text)) throw refuse(text, "remote helpers such as ext:: are off");
	const colon = text.indexOf(":");
	const slash = text.indexOf("/");
	if (colon > 0 && (slash === -1 || colon < slash)) return fromScp(text);
	return fromPath(text, base);
}

function fromUrl(text: string, scheme: string): GitUrl {
	if (/%(?:[01][0-9a-f]|7f)/iu.test(text)) throw refuse(text, "it has an encoded control character");
	let url: URL;
	let name: string;
	let path: string;
	try {
		url = new URL(text);
		name = decodeURIComponent(url.username);
		path = scheme === "file" && url.host === "" ? fileURLToPath(url) : "";
	} catch {
		throw refuse(text, "it cannot be read as a URL");
	}
	if (url.password !== "") throw refuse(text, "it holds a password", "Take the password out and name it in spec.credentials.");
	if (url.search !== "" || url.hash !== "") throw refuse(text, "it has a query or a fragment");
	if (scheme === "file") {
		if (url.host !== "") throw refuse(text, "a file URL has no host");
		return { kind: "file", url: text, path };
	}
	if (scheme !== "http" && scheme !== "https" && scheme !== "ssh") throw refuse(text, `${scheme}:// is not supported`);
	if (!host.test(url.hostname)) throw refuse(text, "the host is not well formed");
	if (name !== "" && !user.test(name)) throw refuse(text, "the user is not well formed");
	if (url.pathname.length < 2 || url.pathname.startsWith("/-")) throw refuse(text, "it has no usable path");
	if (scheme === "ssh") return { kind: "ssh", url: text, host: url.host };
	return { kind: "http", url: url.href, scheme, host: url.host, user: name === "" ? undefined : name };
}

function fromScp(text: string): GitUrl {
	const match = /^(?:([^@/:]+)@)?(\[[^\]]+\]|[^:/@]+):(.+)$/u.exec(text);
	const [, name, machine = "", path = ""] = match ?? [];
	if (match === null || !host.test(machine) || (name !== undefined && !user.test(name)))
		throw refuse(text, "neither a URL nor user@host:path");
	if (path.startsWith("-")) throw refuse(text, "the path starts with a dash");
	return { kind: "ssh", url: text, host: machine };
}

function fromPath(text: string, base: string | undefined): GitUrl {
	if (text === "") throw refuse(text, "it is empty");
	if (text.startsWith("~")) throw refuse(text, "~ is not expanded", "Write the whole path.");
	if (!isAbsolute(text) && base === undefined) throw refuse(text, "a relative path means nothing here");
	const path = resolve(base ?? "/", text);
	return { kind: "file", url: path, path };
}

/** Value of GIT_ALLOW_PROTOCOL: what git may use for this URL, also after a redirect. */
export function allowedProtocols(url: GitUrl): string {
	if (url.kind === "http") return url.scheme === "https" ? "https" : "http:https";
	return url.kind === "ssh" ? "ssh" : "file";
}

/** True where both are reached with the same credentials: same way, same host, same port. */
export function isSameHost(a: GitUrl, b: GitUrl): boolean {
	if (a.kind === "http" && b.kind === "http") return a.scheme === b.scheme && a.host === b.host;
	return a.kind === "ssh" && b.kind === "ssh" && a.host === b.host;
}
