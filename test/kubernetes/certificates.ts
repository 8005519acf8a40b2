import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Files of a certificate and its key, PEM. */
export interface CertificateFiles {
	readonly certificate: string;
	readonly key: string;
}

/** What a certificate says. */
export interface CertificateRequest {
	/** Common name: for a client the user. */
	readonly name: string;
	/** Organizations: for a client its groups. */
	readonly groups?: readonly string[];
	/** `IP:127.0.0.1` or `DNS:localhost`, for a server. */
	readonly hosts?: readonly string[];
}

/** Makes an authority of its own: FOLDER/NAME.crt and FOLDER/NAME.key. */
export async function makeAuthority(folder: string, name: string): Promise<CertificateFiles> {
	const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
	await run("openssl", ["req", "-x509", ...newKey, "-days", "30", "-subj", `/CN=${name}`, "-keyout", files.key, "-out", files.certificate]);
	return files;
}

/** Makes a key and a certificate for it that `authority` signs: FOLDER/FILE.crt and FOLDER/FILE.key. */
export async function issueCertificate(
	authority: CertificateFiles,
	folder: string,
	file: string,
	request: CertificateRequest,
): Promise<CertificateFiles> {
	const files = { certificate: join(folder, `${file}.crt`), key: join(folder, `${file}.key`) };
	const subject = [...(request.groups ?? []).map((group) => `/O=${group}`), `/CN=${request.name}`].join("");
	const extensions = [
		"basicConstraints=critical,CA:FALSE",
		"keyUsage=critical,digitalSignature",
		`extendedKeyUsage=${request.hosts === undefined ? "clientAuth" : "serverAuth"}`,
		...(request.hosts === undefined ? [] : [`subjectAltName=${request.hosts.join(",")}`]),
	];
	await run("openssl", [
		...["req", "-x509", ...newKey, "-days", "30", "-subj", subject, "-keyout", files.key, "-out", files.certificate],
		...["-CA", authority.certificate, "-CAkey", authority.key],
		...extensions.flatMap((extension) => ["-addext", extension]),
	]);
	return files;
}

/** Writes a new private key, for the tokens of service accounts. */
export async function makeKey(file: string): Promise<void> {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	await writeFile(file, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
}
