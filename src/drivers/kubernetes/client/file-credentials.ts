import { stat } from "node:fs/promises";
import type { Clock } from "../../../ports/clock.ts";
import { type Credentials, isSameLogin, type Login } from "./credentials.ts";

/** A login and the files that it was read from. */
export interface LoadedLogin {
	readonly login: Login;
	readonly files: readonly string[];
}

/** How often it is looked whether files changed, at most. */
const lookMs = 5000;
/** How often they are read even where they look unchanged. */
const rereadMs = 60_000;

/**
 * Credentials from files that may be written anew at any time: looked at before a request where that was not done lately, and read at
 * once after the server refused what they gave. While they cannot be read the last login goes on.
 */
export function createFileCredentials(first: LoadedLogin, load: () => Promise<LoadedLogin>, clock: Clock): Credentials {
	let { login, files } = first;
	let stamps: string | undefined;
	let lookedAt = clock.monotonic();
	let readAt = lookedAt;
	let looking: Promise<Login> | undefined;

	let reading: Promise<Login> | undefined;

	async function read(): Promise<Login> {
		reading ??= readNow().finally(() => {
			reading = undefined;
		});
		return reading;
	}

	async function readNow(): Promise<Login> {
		const found = await load();
		files = found.files;
		readAt = clock.monotonic();
		if (!isSameLogin(found.login, login)) login = found.login;
		return login;
	}

	async function look(): Promise<Login> {
		const seen = await stampsOf(files);
		const isOld = clock.monotonic() - readAt >= rereadMs;
		lookedAt = clock.monotonic();
		if (seen === stamps && !isOld) return login;
		stamps = seen;
		return read().catch(() => login);
	}

	return {
		current() {
			if (clock.monotonic() - lookedAt < lookMs) return login;
			looking ??= look().finally(() => {
				looking = undefined;
			});
			return looking;
		},
		async renew(used) {
			await looking;
			return login !== used || (await read()) !== used;
		},
	};
}

async function stampsOf(files: readonly string[]): Promise<string> {
	const stamps = files.map(async (file) =>
		stat(file).then(
			({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
			() => "none",
		),
	);
	return (await Promise.all(stamps)).join();
}
