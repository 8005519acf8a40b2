import { randomBytes } from "node:crypto";
import { readFile, rename, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

const serverFileSchema = z.object({ url: z.string(), pid: z.int(), tokenFile: z.string() });

/** What a running Gitward tells of itself in its state folder. */
export type ServerFile = z.infer<typeof serverFileSchema>;

/** Writes `server.json` into a state folder, whole or not at all. */
export async function writeServerFile(state: string, content: ServerFile): Promise<void> {
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
		return { ...content, tokenFile: resolve(dirname(file), content.tokenFile) };
	} catch {
		return undefined;
	}
}
