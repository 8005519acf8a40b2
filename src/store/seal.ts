import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { AppError } from "../core/app-error.ts";

/** First byte of what is sealed: no deflated data begins with it (its block type is a reserved one, RFC 1951). */
const mark = 0xff;
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** Encrypts what rows must not show, by a key that is a file beside the database and in no row of it. */
export interface Seal {
	/** AES-256-GCM. `name` is what the data belongs to: elsewhere it does not open. */
	close(data: Uint8Array, name: string): Uint8Array;
	/** The data; what was never sealed is given as it is. Throws `StoreKeyLost` (unavailable). */
	open(data: Uint8Array, name: string): Uint8Array;
}

/** A seal whose key is read when it is first needed, and made, readable by its owner only, when something is first sealed. */
export function createSeal(file: string): Seal {
	let known: Buffer | undefined;

	function read(): Buffer | undefined {
		try {
			known ??= readFileSync(file);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
		return known;
	}

	/** Durable before anything is sealed with it. */
	function make(): Buffer {
		const key = randomBytes(keyBytes);
		const draft = openSync(`${file}.new`, "w", 0o600);
		try {
			writeSync(draft, key);
			fsyncSync(draft);
		} finally {
			closeSync(draft);
		}
		renameSync(`${file}.new`, file);
		known = key;
		return key;
	}

	return {
		close(data, name) {
			const iv = randomBytes(ivBytes);
			const cipher = createCipheriv("aes-256-gcm", read() ?? make(), iv).setAAD(Buffer.from(name));
			const closed = Buffer.concat([cipher.update(data), cipher.final()]);
			return Buffer.concat([Buffer.of(mark), iv, cipher.getAuthTag(), closed]);
		},
		open(data, name) {
			if (data[0] !== mark) return data;
			try {
				const key = read();
				if (key === undefined) throw new Error("there is no such file");
				const tagAt = 1 + ivBytes;
				const opened = createDecipheriv("aes-256-gcm", key, data.subarray(1, tagAt)).setAAD(Buffer.from(name));
				opened.setAuthTag(data.subarray(tagAt, tagAt + tagBytes));
				return Buffer.concat([opened.update(data.subarray(tagAt + tagBytes)), opened.final()]);
			} catch (error) {
				throw new AppError(`stored Secrets cannot be read with the key ${file}`, {
					code: "StoreKeyLost",
					kind: "unavailable",
					cause: error,
					hint: "Restore it from the same backup as the store, or move both aside: Gitward then starts anew and deletes nothing that it no longer knows.",
				});
			}
		},
	};
}
