import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../core/app-error.ts";
import { Secret } from "../lib/secret.ts";

const pattern = /^gitward_[A-Za-z0-9_-]{43}$/u;

/** The administrator's token of a state folder, made at first start with mode 0600; never half written, and never made twice by two starts at once. */
export async function loadOrMakeToken(file: string): Promise<{ readonly token: Secret; readonly made: boolean }> {
	const existing = await readToken(file);
	if (existing !== undefined) return { token: existing, made: false };
	await mkdir(dirname(file), { recursive: true, mode: 0o700 });
	const value = `gitward_${randomBytes(32).toString("base64url")}`;
	const draft = `${file}.${randomBytes(6).toString("hex")}`;
	const handle = await open(draft, "wx", 0o600);
	try {
		await handle.writeFile(`${value}\n`);
		await handle.sync();
	} finally {
		await handle.close();
	}
	try {
		// Unlike rename, link refuses where another start was faster: then its token holds.
		await link(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		await unlink(draft);
	}
	const written = await readToken(file);
	if (written === undefined)
		throw new AppError(`The token file ${file} vanished while it was made`, { code: "TokenFileMissing", kind: "conflict" });
	return { token: written, made: written.reveal() === value };
}

/** The token in a file that somebody else keeps, such as a mounted Secret: its mode is theirs. */
export async function readGivenToken(file: string): Promise<Secret> {
	const text = await readTokenText(file);
	if (text !== undefined) return new Secret(text);
	throw new AppError(`There is no token file ${file}`, {
		code: "TokenFileMissing",
		kind: "notFound",
		hint: "Leave --token-file out, and a token is made in the state folder.",
	});
}

/** The token in a file, or undefined where there is no file. One that others may read is closed to them. */
export async function readToken(file: string): Promise<Secret | undefined> {
	const text = await readTokenText(file);
	if (text === undefined) return undefined;
	if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
	return new Secret(text);
}

async function readTokenText(file: string): Promise<string | undefined> {
	let text: string;
	try {
		text = (await readFile(file, "utf8")).trim();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw new AppError(`The token file ${file} cannot be read: ${(error as Error).message}`, {
			code: "TokenFileUnreadable",
			kind: "denied",
			cause: error,
		});
	}
	if (!pattern.test(text)) {
		throw new AppError(`The token file ${file} holds no token`, {
			code: "TokenFileInvalid",
			kind: "invalid",
			hint: "It holds one line, `gitward_` and 43 characters. Delete the file, and the next start makes a new token.",
		});
	}
	return text;
}
