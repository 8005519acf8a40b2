import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { testToken } from "../api/start-api.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface CliResult {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

export interface CliOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly input?: string;
	/** Called with all output so far; true stops it with SIGINT. */
	readonly stopWhen?: (out: string) => boolean;
	/** Called whenever there is more output; may end it with SIGINT later. */
	readonly tick?: (out: string, stop: () => void) => void;
}

/** The real command line in a home of its own. */
export interface Cli {
	readonly home: string;
	run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
	remove(): Promise<void>;
}

/** A command line whose environment names a server, when one is given. */
export async function createCli(server?: string): Promise<Cli> {
	const home = await mkdtemp(join(tmpdir(), "gitward-"));
	return {
		home,
		run: (args, options = {}) =>
			new Promise((resolve, reject) => {
				const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
					cwd: options.cwd ?? home,
					env: {
						PATH: process.env["PATH"] ?? "",
						HOME: home,
						...(server === undefined ? {} : { GITWARD_SERVER: server, GITWARD_TOKEN: testToken }),
						...options.env,
					},
				});
				let out = "";
				let err = "";
				let stopped = false;
				child.stdout.on("data", (chunk) => {
					out += String(chunk);
					options.tick?.(out, () => void child.kill("SIGINT"));
					if (!stopped && options.stopWhen?.(out) === true) stopped = child.kill("SIGINT");
				});
				child.stderr.on("data", (chunk) => {
					err += String(chunk);
				});
				child.once("error", reject);
				child.once("close", (code) => resolve({ code, out, err }));
				child.stdin.end(options.input ?? "");
			}),
		remove: () => rm(home, { recursive: true, force: true }),
	};
}
