import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "..", "..", "bin", "gitward");
const environments = ["dev", "staging", "production"] as const;
let folder = "";
let elsewhere = "";
let running: Gitward | undefined;

interface Gitward {
	readonly child: ChildProcess;
	/** Commands as printed, by their title. */
	readonly commands: ReadonlyMap<string, string>;
	/** Address of the shop, by Environment. */
	readonly shops: ReadonlyMap<string, string>;
	readonly printed: string;
}

/** As a new user's shell: an empty home, nothing of this test's environment. */
function environment(): Record<string, string> {
	return { PATH: process.env["PATH"] ?? "", HOME: join(folder, "home"), LANG: "C.UTF-8" };
}

/** Starts the living example and reads what it prints until the last command is there. */
async function start(): Promise<Gitward> {
	const args = ["up", "--example", "--state", join(folder, "state"), "--listen", "127.0.0.1:0"];
	const child = spawn(program, args, { cwd: elsewhere, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
	const errors: string[] = [];
	child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
	const lines: string[] = [];
	const commands = new Map<string, string>();
	const shops = new Map<string, string>();
	for await (const line of createInterface({ input: child.stdout })) {
		lines.push(line);
		const shop = /^ +(?<name>dev|staging|production) +(?<url>http:\S+)$/u.exec(line)?.groups;
		if (shop !== undefined) shops.set(shop["name"] ?? "", shop["url"] ?? "");
		if (lines.some((each) => each.startsWith("Try,")) && line.startsWith("  ") && lines.at(-2)?.startsWith("  ") === true) {
			commands.set(lines.at(-2)?.trim() ?? "", line.trim());
		}
		if (commands.size === 5) break;
	}
	child.stdout.resume();
	const printed = lines.join("\n");
	if (commands.size !== 5) throw new Error(`the example did not start:\n${printed}\n${errors.join("")}`);
	return { child, commands, shops, printed };
}

/** Stops it as Ctrl-C under npm does: the terminal's signal, and the same once more from npm. */
async function stop({ child }: Gitward): Promise<number | null> {
	const exited = once(child, "exit") as Promise<[number | null]>;
	child.kill("SIGINT");
	child.kill("SIGINT");
	return (await exited)[0];
}

/** Runs a printed command in a shell, in a folder that has nothing to do with it. */
function shell(command: string): Promise<string> {
	return new Promise((resolve, reject) => {
		execFile("sh", ["-c", command], { cwd: elsewhere, env: environment(), timeout: 60_000 }, (error, stdout, stderr) => {
			if (error === null) resolve(stdout);
			else reject(new Error(`${command}\n${stdout}${stderr}`, { cause: error }));
		});
	});
}

function command(title: RegExp): string {
	const found = [...(running?.commands ?? [])].find(([each]) => title.test(each));
	if (found === undefined) throw new Error(`no command is printed for ${title.source}`);
	return found[1];
}

async function get(name: string, path = ""): Promise<string> {
	const response = await fetch(`${running?.shops.get(name) ?? ""}${path}`);
	return (await response.text()).trim();
}

/** Asks until the answer is as wanted; the last answer is the failure's text. */
async function until(what: () => Promise<string>, wanted: RegExp): Promise<string> {
	let last = "";
	const deadline = Date.now() + 60_000;
	while (Date.now() < deadline) {
		last = await what().catch((error: unknown) => String(error));
		if (wanted.test(last)) return last;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`waited for ${wanted.source}, and had at last: ${last}`);
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "example it's-"));
	elsewhere = join(folder, "elsewhere");
	await mkdir(elsewhere);
	await mkdir(join(folder, "home"));
	running = await start();
	for (const name of environments) await until(() => get(name), /^shop, /u);
});

afterAll(async () => {
	const pids = await Promise.all(environments.map((name) => get(name, "pid").catch(() => "")));
	if (running !== undefined && running.child.exitCode === null) await stop(running);
	for (const pid of pids) if (/^[0-9]+$/u.test(pid)) process.kill(Number(pid), "SIGKILL");
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe("the living example", { timeout: 120_000 }, () => {
	it("runs a release in staging and production, and main in dev", async () => {
		expect(await get("dev")).toBe("shop, dev, main: Welcome to the shop, fresh from main");
		expect(await get("staging")).toBe("shop, staging, v1.0.0: Welcome to the shop");
		expect(await get("production")).toBe("shop, production, v1.0.0: Welcome to the shop");
	});

	it("pushes a change and shows it live", async () => {
		expect(await shell(command(/push/iu))).toMatch(/^shop, dev, main: Hello at \d\d:\d\d:\d\d\n$/u);
		expect(await get("staging")).toBe("shop, staging, v1.0.0: Welcome to the shop");
	});

	it("repairs a file that was broken by hand", async () => {
		expect(await shell(command(/break/iu))).toMatch(/^Hello at \d\d:\d\d:\d\d\n$/u);
	});

	it("brings a killed service back", async () => {
		const before = await get("dev", "pid");
		expect(await shell(command(/kill/iu))).toMatch(/^shop, dev, main: Hello/u);
		expect(await get("dev", "pid")).not.toBe(before);
	});

	it("follows a revert", async () => {
		expect(await shell(command(/revert/iu))).toMatch(/fresh from main\n$/u);
	});

	it("tells the history", async () => {
		const history = await shell(command(/history/iu));
		expect(history).toMatch(/Succeeded/u);
		expect(history.trim().split("\n").length).toBeGreaterThanOrEqual(4);
	});

	it("stops at one Ctrl-C, leaves the services running, and goes on from there at the next start", async () => {
		if (running === undefined) throw new Error("not running");
		const pids = await Promise.all(environments.map((name) => get(name, "pid")));
		const shops = [...running.shops];
		expect(await stop(running)).toBe(0);
		expect(await Promise.all(environments.map((name) => get(name, "pid")))).toEqual(pids);
		running = await start();
		expect([...running.shops]).toEqual(shops);
		expect(await shell(command(/push/iu))).toMatch(/Hello at/u);
		expect((await Promise.all(environments.map((name) => get(name, "pid")))).slice(1)).toEqual(pids.slice(1));
	});
});
