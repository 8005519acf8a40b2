import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export const applications = 1000;
export const filesEach = 10;

/** Content of a file before anything changed it. */
export function contentOf(application: number, file: number): string {
	return `application ${application}, file ${file}\n`;
}

function fileManifest(file: number, content: string): string {
	return `apiVersion: host.gitward.dev/v1\nkind: File\nmetadata:\n  name: file-${file}.txt\nspec:\n  content: ${JSON.stringify(content)}\n`;
}

/** Path in the repository of a file's manifest. */
export function manifestPath(application: number, file: number): string {
	return `apps/app-${application}/file-${file}.yaml`;
}

export interface FleetOptions {
	/** How often everything is compared although no event said so. */
	readonly sweep?: string;
	/** Applications, from the first, that also run a process. */
	readonly processes?: number;
}

/** A whole Gitward as a user runs it, over 1,000 Applications of 10 Files each in one hosted repository. */
export interface Fleet {
	readonly root: string;
	readonly url: string;
	pid(): number;
	start(): Promise<void>;
	/** Resolves when every Application is Synced and Healthy. */
	converged(signal: AbortSignal): Promise<void>;
	metric(name: string): Promise<number>;
	/** Resident memory in MiB. */
	memory(): number;
	/** Seconds of CPU so far. */
	cpu(): number;
	live(application: number, file: number): string;
	/** A work tree that can push over HTTP. */
	clone(folder: string): Promise<(...args: readonly string[]) => Promise<string>>;
	stop(): Promise<void>;
}

function controlDocuments({ sweep = "1h" }: FleetOptions): string {
	const documents: unknown[] = [
		{ apiVersion: "gitward.dev/v1", kind: "Repository", metadata: { name: "config" }, spec: { url: "hosted:config" } },
		{
			apiVersion: "gitward.dev/v1",
			kind: "Environment",
			metadata: { name: "dev" },
			spec: { target: { host: { root: "./live" } }, policy: { sweep, onShutdown: "stop" } },
		},
	];
	for (let index = 0; index < applications; index += 1) {
		documents.push({
			apiVersion: "gitward.dev/v1",
			kind: "Application",
			metadata: { name: `app-${index}` },
			spec: { repository: "config", path: `apps/app-${index}`, environment: "dev" },
		});
	}
	return documents.map((document) => JSON.stringify(document)).join("\n---\n");
}

/** Fills a hosted repository in one go. */
async function fillRepository(bare: string, { processes = 0 }: FleetOptions): Promise<void> {
	await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
	const lines: string[] = ["commit refs/heads/main\ncommitter Bench <bench@example.com> 1893456000 +0000\ndata 5\nfirst"];
	const add = (path: string, text: string): void => void lines.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`);
	for (let application = 0; application < applications; application += 1) {
		for (let file = 0; file < filesEach; file += 1) add(manifestPath(application, file), fileManifest(file, contentOf(application, file)));
		if (application < processes) {
			add(
				`apps/app-${application}/process.yaml`,
				`apiVersion: host.gitward.dev/v1\nkind: Process\nmetadata:\n  name: sleeper\nspec:\n  command: [sleep, "100000"]\n  restartOn: []\n  restart: {backoff: 10ms}\n`,
			);
		}
	}
	const importing = spawn("git", ["--git-dir", bare, "fast-import", "--quiet"], { stdio: ["pipe", "inherit", "inherit"] });
	importing.stdin.end(`${lines.join("\n")}\n`);
	await once(importing, "exit");
	await run("git", ["--git-dir", bare, "config", "http.receivepack", "true"]);
}

/** Makes a fleet in a folder; nothing runs yet. */
export async function createFleet(folder: string, options: FleetOptions = {}): Promise<Fleet> {
	const state = join(folder, "state");
	const control = join(folder, "control");
	const root = join(control, "live");
	const program = join(import.meta.dirname, "..", "bin", "gitward");
	await mkdir(join(state, "git"), { recursive: true, mode: 0o700 });
	await mkdir(control, { recursive: true });
	await writeFile(join(control, "all.json.yaml"), controlDocuments(options));
	await fillRepository(join(state, "git", "config.git"), options);
	let child: ChildProcess | undefined;
	let url = "";

	const pid = (): number => child?.pid ?? 0;
	const token = async (): Promise<string> => (await readFile(join(state, "token"), "utf8")).trim();

	async function metrics(): Promise<string> {
		const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${await token()}` } });
		return response.text();
	}

	async function metric(name: string): Promise<number> {
		const line = (await metrics()).split("\n").find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
		return Number(line?.split(" ").at(-1) ?? Number.NaN);
	}

	const live = (application: number, file: number): string => join(root, `app-${application}`, `file-${file}.txt`);

	return {
		root,
		get url() {
			return url;
		},
		pid,
		metric,
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
		async converged(signal) {
			// Looking at the disk costs Gitward nothing; it is asked only once every file is there.
			for (let application = 0; application < applications; ) {
				signal.throwIfAborted();
				if (existsSync(live(application, filesEach - 1))) application += 1;
				else await delay(5);
			}
			for (;;) {
				signal.throwIfAborted();
				const lines = (await metrics()).split("\n").filter((line) => line.startsWith("gitward_applications{"));
				const good = lines.find((line) => line.includes('sync="Synced"') && line.includes('health="Healthy"'));
				if (lines.length === 1 && Number(good?.split(" ").at(-1)) === applications) return;
				await delay(20);
			}
		},
		memory: () => Number(/^VmRSS:\s+(?<kib>[0-9]+) kB/mu.exec(readFileSync(`/proc/${pid()}/status`, "utf8"))?.groups?.["kib"] ?? 0) / 1024,
		cpu() {
			const fields = readFileSync(`/proc/${pid()}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
			return (Number(fields[11]) + Number(fields[12])) / 100;
		},
		live,
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

/** Milliseconds until a file has a content; looks every millisecond. */
export async function untilContent(path: string, content: string, signal: AbortSignal): Promise<number> {
	const started = performance.now();
	const has = (): boolean => {
		try {
			return readFileSync(path, "utf8") === content;
		} catch {
			return false;
		}
	};
	for (;;) {
		signal.throwIfAborted();
		if (has()) return performance.now() - started;
		await delay(1);
	}
}
