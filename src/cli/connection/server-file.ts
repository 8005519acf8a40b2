import { randomBytes } from "node:crypto";
import { readFile, realpath, rename, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

const serverFileSchema = z.object({ url: z.string(), pid: z.int(), tokenFile: z.string() });

/** What a running Gitward tells of itself in its state folder. */
type ServerFacts = z.infer<typeof serverFileSchema>;

/** A `server.json` as it was found. */
export interface ServerFile extends ServerFacts {
	/** Whether the token's file truly stands in the same folder, and is no link to elsewhere. */
	readonly isBeside: boolean;
}

/** Writes `server.json` into a state folder, whole or not at all. */
export async function writeServerFile(state: string, content: ServerFacts): Promise<void> {
	const file = join(state, "server.json");
	const draft = `${file}.${randomBytes(6).toString("hex")}`;
	await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
	await rename(draft, file);
}

/** Takes `server.json` away again, when it is still this process's. */
export async function removeServerFile(state: string): Promise<void> {
	const content = await readServerFile(join(state, "server.json"));
	if (content?.pid === process.pid) await unlink(join(state, "server.json")).catch(() => undefined);
}

/** The nearest `.gitward/server.json`, upward from a folder; undefined where there is none that can be read. */
export async function findServerFile(folder: string): Promise<ServerFile | undefined> {
	for (let here = resolve(folder); ; here = dirname(here)) {
		const found = await readServerFile(join(here, ".gitward", "server.json"));
		if (found !== undefined) return found;
		if (dirname(here) === here) return undefined;
	}
}

async function readServerFile(file: string): Promise<ServerFile | undefined> {
	try {
		const content = serverFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
		const tokenFile = resolve(dirname(file), content.tokenFile);
		return { ...content, url: new URL(content.url).origin, tokenFile, isBeside: await isBeside(file, tokenFile) };
	} catch {
		return undefined;
	}
}

async function isBeside(file: string, other: string): Promise<boolean> {
	try {
		return dirname(await realpath(other)) === (await realpath(dirname(file)));
	} catch {
		return false;
	}
}
