import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AppError } from "../../core/app-error.ts";

const serversSchema = z.object({
	/** Address that is meant where none is named: the last one logged in to. */
	current: z.string().optional(),
	servers: z.record(z.string(), z.object({ token: z.string().optional(), tokenFile: z.string().optional() })),
});

/** Servers that the user knows, by address. */
export type Servers = z.infer<typeof serversSchema>;

/** `$XDG_CONFIG_HOME/gitward/servers.json`. */
export function serversFile(env: NodeJS.ProcessEnv): string {
	const config = env["XDG_CONFIG_HOME"];
	return join(
		config !== undefined && config.startsWith("/") ? config : join(env["HOME"] ?? homedir(), ".config"),
		"gitward",
		"servers.json",
	);
}

/** The servers in a file; none where it does not exist. */
export async function readServers(file: string): Promise<Servers> {
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return { servers: {} };
		throw new AppError(`${file} cannot be read: ${(error as Error).message}`, {
			code: "ServersFileUnreadable",
			kind: "denied",
			cause: error,
		});
	}
	try {
		return serversSchema.parse(JSON.parse(text));
	} catch (error) {
		throw new AppError(`${file} is damaged`, {
			code: "ServersFileInvalid",
			kind: "invalid",
			hint: "Delete it and run `gitward login` again.",
			place: { file },
			cause: error,
		});
	}
}

/** Adds a server and makes it the current one; written whole or not at all, for the user only. */
export async function rememberServer(file: string, url: string, entry: Servers["servers"][string]): Promise<void> {
	const servers = await readServers(file);
	const draft = `${file}.${randomBytes(6).toString("hex")}`;
	await mkdir(dirname(file), { recursive: true, mode: 0o700 });
	const handle = await open(draft, "wx", 0o600);
	try {
		await handle.writeFile(`${JSON.stringify({ current: url, servers: { ...servers.servers, [url]: entry } }, null, 2)}\n`);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await rename(draft, file);
}
