import { expect, it } from "vitest";
import { networkError } from "./network-error.ts";

const connection = { title: "context a of b", server: new URL("https://api.example.test"), proxy: undefined };
const withCode = (code: string, message = "it went wrong"): Error => Object.assign(new Error(message), { code });

it.each([
	[withCode("ECONNREFUSED"), "ClusterUnreachable", "unavailable"],
	[withCode("ENOTFOUND"), "ClusterUnreachable", "unavailable"],
	[withCode("UND_ERR_CONNECT_TIMEOUT"), "ClusterUnreachable", "unavailable"],
	[new AggregateError([withCode("ECONNREFUSED"), withCode("ENETUNREACH")]), "ClusterUnreachable", "unavailable"],
	[new TypeError("failed", { cause: withCode("CERT_HAS_EXPIRED") }), "CertificateUntrusted", "denied"],
	[withCode("ERR_TLS_CERT_ALTNAME_INVALID"), "CertificateUntrusted", "denied"],
	[withCode("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "Unauthorized", "denied"],
	[withCode("ERR_SSL_WRONG_VERSION_NUMBER"), "ClusterUnreachable", "unavailable"],
	[new Error("something else"), "ClusterUnreachable", "unavailable"],
])("%s is %s", (error, code, kind) => {
	expect(networkError(error, connection)).toMatchObject({ code, kind, message: expect.stringContaining("api.example.test") });
});
