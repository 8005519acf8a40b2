import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../lib/secret.ts";

const lifetimeSeconds = 7 * 24 * 3600;
const mostRevoked = 10_000;

/** Sessions of the dashboard: a cookie that is signed with a key made from the token, so that it survives a restart and dies with the token. */
export class SessionCookies {
	readonly #key: Buffer;
	readonly #name: string;
	readonly #attributes: string;
	/** Ended sessions until they would have run out; the oldest go first. */
	readonly #revoked = new Map<string, number>();

	constructor(token: Secret, options: { readonly port: number; readonly tls: boolean }) {
		this.#key = createHmac("sha256", token.reveal()).update("gitward session").digest();
		// Browsers share cookies between the ports of a host: the port keeps two Gitwards apart.
		this.#name = `${options.tls ? "__Host-" : ""}gitward_${options.port}`;
		this.#attributes = `; Path=/; HttpOnly; SameSite=Strict${options.tls ? "; Secure" : ""}`;
	}

	/** A new session as a Set-Cookie header, and when it ends. */
	issue(): { readonly header: string; readonly expires: Date } {
		const expires = Math.floor(Date.now() / 1000) + lifetimeSeconds;
		const payload = `${expires}.${randomBytes(16).toString("base64url")}`;
		return {
			header: `${this.#name}=${payload}.${this.#sign(payload)}${this.#attributes}; Max-Age=${lifetimeSeconds}`,
			expires: new Date(expires * 1000),
		};
	}

	/** When the session in a Cookie header ends; undefined where there is none that holds. */
	check(header: string | undefined): Date | undefined {
		const value = this.#read(header);
		if (value === undefined || this.#revoked.has(value)) return undefined;
		const dot = value.lastIndexOf(".");
		const payload = value.slice(0, dot);
		const given = Buffer.from(value.slice(dot + 1));
		const expected = Buffer.from(this.#sign(payload));
		if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
		const expires = Number(payload.split(".", 1)[0]) * 1000;
		return expires > Date.now() ? new Date(expires) : undefined;
	}

	/** Ends the session in a Cookie header; returns the Set-Cookie header that takes it away. */
	revoke(header: string | undefined): string {
		const value = this.#read(header);
		const expires = this.check(header);
		if (value !== undefined && expires !== undefined) {
			this.#revoked.set(value, expires.getTime());
			const oldest = this.#revoked.keys().next().value;
			if (this.#revoked.size > mostRevoked && oldest !== undefined) this.#revoked.delete(oldest);
		}
		return `${this.#name}=${this.#attributes}; Max-Age=0`;
	}

	#sign(payload: string): string {
		return createHmac("sha256", this.#key).update(payload).digest("base64url");
	}

	#read(header: string | undefined): string | undefined {
		for (const pair of (header ?? "").split(";")) {
			const equals = pair.indexOf("=");
			if (equals > 0 && pair.slice(0, equals).trim() === this.#name) return pair.slice(equals + 1).trim();
		}
		return undefined;
	}
}
