import { AppError } from "../../../core/app-error.ts";
import type { Connection } from "./connection.ts";
import { LateError } from "./pending.ts";

/** Codes of a certificate that was not trusted, as OpenSSL and Node name them. */
const untrusted = new Set([
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"SELF_SIGNED_CERT_IN_CHAIN",
	"UNABLE_TO_GET_ISSUER_CERT",
	"UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"CERT_HAS_EXPIRED",
	"CERT_NOT_YET_VALID",
	"CERT_SIGNATURE_FAILURE",
	"CERT_UNTRUSTED",
	"CERT_REJECTED",
	"CERT_REVOKED",
	"CERT_CHAIN_TOO_LONG",
	"INVALID_CA",
	"INVALID_PURPOSE",
	"HOSTNAME_MISMATCH",
	"ERR_TLS_CERT_ALTNAME_INVALID",
]);
const lost = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ECONNREFUSED"]);

/** Whether a connection broke: what is safe to repeat may work the next time. */
export function isBroken(error: unknown): boolean {
	return lost.has(codeOf(error));
}

/** The AppError for what went wrong on the way to a cluster. */
export function networkError(error: unknown, { title, server, proxy }: Pick<Connection, "title" | "server" | "proxy">): AppError {
	if (error instanceof AppError) return error;
	const cause = rootOf(error);
	const code = codeOf(error);
	const where = proxy === undefined ? server.host : `${server.host} through the proxy ${proxy.host}`;
	const make = (code: string, kind: "unavailable" | "denied" | "timeout", message: string, hint?: string): AppError =>
		new AppError(message, { code, kind, cause, ...(hint === undefined ? {} : { hint }) });

	if (error instanceof LateError) return make("ClusterTimeout", "timeout", `${where} did not answer in time (${title})`);
	if (untrusted.has(code)) {
		const hint =
			code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID"
				? "Renew the certificate of the API server, and look at both clocks."
				: code === "ERR_TLS_CERT_ALTNAME_INVALID"
					? "Give the name that it was made for as tls-server-name in the kubeconfig, if it is the right server."
					: "Give the authority that signed it as certificate-authority-data in the kubeconfig.";
		return make("CertificateUntrusted", "denied", `The certificate of ${where} is not trusted: ${cause.message} (${title})`, hint);
	}
	if (/^ERR_SSL_.*(?:ALERT|CERTIFICATE)/u.test(code)) {
		return make("Unauthorized", "denied", `${where} refused the client certificate: ${code} (${title})`, "Renew the client certificate.");
	}
	if (/^ERR_(?:SSL|OSSL|TLS)/u.test(code)) {
		return make(
			"ClusterUnreachable",
			"unavailable",
			`No secure connection to ${where}: ${cause.message} (${title})`,
			"Is this the address of an API server?",
		);
	}
	const refusal = /Proxy response \((?<status>\d+)\)/u.exec(cause.message)?.groups?.["status"];
	if (refusal !== undefined) {
		const hint = refusal === "407" ? "Put its user and password into the proxy's address." : "Look at the proxy.";
		return make(
			"ClusterUnreachable",
			"unavailable",
			`The proxy ${proxy?.host ?? ""} answered ${refusal} for ${server.host} (${title})`,
			hint,
		);
	}
	return make("ClusterUnreachable", "unavailable", `${where} cannot be reached: ${reasonOf(code, cause)} (${title})`);
}

function reasonOf(code: string, cause: Error): string {
	switch (code) {
		case "ECONNREFUSED":
			return "nothing listens there";
		case "ENOTFOUND":
			return "there is no such host";
		case "EAI_AGAIN":
			return "its name cannot be looked up";
		case "UND_ERR_CONNECT_TIMEOUT":
			return "no connection within 10 s";
		case "ECONNRESET":
		case "EPIPE":
		case "UND_ERR_SOCKET":
			return "the connection broke";
		default:
			return cause.message === "" ? code : cause.message;
	}
}

/** The innermost cause, and of several at once the first. */
function rootOf(error: unknown): Error {
	let current = error instanceof Error ? error : new Error(String(error));
	for (let depth = 0; depth < 5; depth += 1) {
		const next: unknown = current instanceof AggregateError ? current.errors[0] : current.cause;
		if (!(next instanceof Error)) break;
		current = next;
	}
	return current;
}

function codeOf(error: unknown): string {
	const outer = (error as NodeJS.ErrnoException | undefined)?.code;
	const inner = (rootOf(error) as NodeJS.ErrnoException).code;
	return inner ?? outer ?? "";
}
