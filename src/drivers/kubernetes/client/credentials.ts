import type { Secret } from "../../../lib/secret.ts";
import type { SignalOption } from "../../../ports/repository.ts";

/** A client certificate, PEM. */
export interface ClientCertificate {
	readonly certificate: string;
	readonly key: Secret;
}

/** What a request proves itself with. Another login is another object, so identity tells whether something changed. */
export interface Login {
	/** Value of the Authorization header. */
	readonly authorization: Secret | undefined;
	readonly certificate: ClientCertificate | undefined;
}

/** Where logins come from. */
export interface Credentials {
	/** The login to use now; without a promise where nothing has to be looked up. */
	current(options?: SignalOption): Login | Promise<Login>;
	/** The server refused `used`: looks for another one, and resolves to whether there is. */
	renew(used: Login, options?: SignalOption): Promise<boolean>;
}

/** Whether two logins are worth the same. */
export function isSameLogin(a: Login, b: Login): boolean {
	return a.authorization?.reveal() === b.authorization?.reveal() && isSameCertificate(a.certificate, b.certificate);
}

/** Whether two client certificates are the same. */
export function isSameCertificate(a: ClientCertificate | undefined, b: ClientCertificate | undefined): boolean {
	return a === b || (a?.certificate === b?.certificate && a?.key.reveal() === b?.key.reveal());
}
