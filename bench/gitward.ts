import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Shortest time between two questions how far Gitward is, in milliseconds. */
const pollMs = 20;
/** Longer waits are asked about less often: metrics of many Applications are no small work, and asking must not slow down what is measured. */
const pollShare = 0.03;

/** A Gitward as a user runs it, in a process of its own. */
export interface Gitward {
	readonly url: string;
	pid(): number;
	start(): Promise<void>;
	/** Resolves when this many Applications are Synced, and no other is there. */
	synced(applications: number, signal: AbortSignal): Promise<void>;
	/** The same when they are Healthy, too. */
	converged(applications: number, signal: AbortSignal): Promise<void>;
	metric(name: string): Promise<number>;
	/** Resident memory in MiB. */
	memory(): number;
	/** Seconds of CPU so far. */
	cpu(): number;
	/** A work tree of the hosted repository `config` that can push over HTTP. */
	clone(folder: string): Promise<(...args: readonly string[]) => Promise<string>>;
	stop(): Promise<void>;
}

/** Fills a hosted repository `config` with files in one go. */
export async function fillRepository(state: string, files: Iterable<readonly [path: string, text: string]>): Promise<void> {
	const bare = join(state, "git", "config.git");
	await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
	const importing = spawn("git", ["--git-dir", bare, "fast-import", "--quiet"], { stdio: ["pipe", "inherit", "inherit"] });
	const lines: string[] = ["commit refs/heads/main\ncommitter Bench <bench@example.com> 1893456000 +0000\ndata 5\nfirst"];
	for (const [path, text] of files) lines.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`);
	importing.stdin.end(`${lines.join("\n")}\n`);
	await once(importing, "exit");
	await run("git", ["--git-dir", bare, "config", "http.receivepack", "true"]);
}

/** Prepares `gitward up` over a control folder and a state folder; nothing runs yet. */
export function createGitward({
	folder,
	control,
	state,
}: {
	readonly folder: string;
	readonly control: string;
	readonly state: string;
}): Gitward {
	const program = join(import.meta.dirname, "..", "bin", "gitward");
	let child: ChildProcess | undefined;
	let url = "";

	const pid = (): number => child?.pid ?? 0;
	const token = async (): Promise<string> => (await readFile(join(state, "token"), "utf8")).trim();

	async function metrics(): Promise<string> {
		const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${await token()}` } });
		return response.text();
	}

	/** Waits until the Applications with these labels are so many, and there are no others. */
	async function until(applications: number, labels: readonly string[], signal: AbortSignal): Promise<void> {
		const started = performance.now();
		for (;;) {
			signal.throwIfAborted();
			const lines = (await metrics()).split("\n").filter((line) => line.startsWith("gitward_applications{"));
			const total = lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
			if (total === applications && lines.every((line) => labels.every((label) => line.includes(label)))) return;
			await delay(Math.max(pollMs, (performance.now() - started) * pollShare));
		}
	}

	return {
		get url() {
			return url;
		},
		pid,
		async metric(name) {
			const line = (await metrics()).split("\n").find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
			return Number(line?.split(" ").at(-1) ?? Number.NaN);
		},
		async start() {
			const server = join(state, "server.json");
			child = spawn(program, ["up", "--control", control, "--state", state, "--listen", "127.0.0.1:0", "--log-level", "error"], {
				stdio: ["ignore", "ignore", "inherit"],
				env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, "config") },
			});
			for (;;) {
				if (existsSync(server)) {
					const told = JSON.parse(readFileSync(server, "utf8")) as { readonly url: string; readonly pid: number };
					if (told.pid === child.pid) {
						({ url } = told);
						const ready = await fetch(`${url}/readyz`).catch(() => undefined);
						if (ready?.status === 200) return;
					}
				}
				if (child.exitCode !== null) throw new Error(`gitward ended with ${child.exitCode}`);
				await delay(2);
			}
		},
		synced: (applications, signal) => until(applications, ['sync="Synced"'], signal),
		converged: (applications, signal) => until(applications, ['sync="Synced"', 'health="Healthy"'], signal),
		memory: () => Number(/^VmRSS:\s+(?<kib>[0-9]+) kB/mu.exec(readFileSync(`/proc/${pid()}/status`, "utf8"))?.groups?.["kib"] ?? 0) / 1024,
		cpu() {
			const fields = readFileSync(`/proc/${pid()}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
			return (Number(fields[11]) + Number(fields[12])) / 100;
		},
		async clone(target) {
			const helper = `!f() { echo username=gitward; echo password=${await token()}; }; f`;
			await run("git", ["clone", "--quiet", "-c", `credential.helper=${helper}`, `${url}/git/config.git`, target]);
			return async (...args) =>
				(await run("git", ["-C", target, "-c", "user.name=Bench", "-c", "user.email=bench@example.com", ...args])).stdout;
		},
		async stop() {
			if (child === undefined || child.exitCode !== null) return;
			const exited = once(child, "exit");
			child.kill("SIGTERM");
			await exited;
		},
	};
}
