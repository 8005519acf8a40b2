import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHostFixture, type HostFixture, keyOfObject, object } from "./fixture.ts";

const node = process.execPath;
/** Answers with its version and process id; TERM ends it after what is under way. */
const serverCode = `
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
const delay = Number(process.env.START_DELAY ?? "0");
const server = createServer((request, response) => {
	setTimeout(() => response.end(process.env.VERSION + " " + process.pid), 5);
});
if (process.env.CRASH) { console.error("cannot read the configuration"); process.exit(3); }
setTimeout(() => server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("listening on " + process.env.PORT)), delay);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

let host: HostFixture;
beforeEach(async () => {
	host = createHostFixture();
	await host.open();
});
afterEach(() => host.close());

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === "object" && address !== null ? address.port : 0;
}

function ask(port: number): Promise<string> {
	return new Promise((resolve, reject) => {
		const request = get({ host: "127.0.0.1", port, agent: false }, (response) => {
			let text = "";
			response.on("data", (chunk: Buffer) => (text += chunk.toString()));
			response.on("end", () => resolve(text));
			response.on("error", reject);
		});
		request.on("error", reject);
	});
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

const script = object("File", "server.mjs", { content: serverCode });
interface Web {
	readonly port: number;
	readonly version: string;
	readonly spec?: object;
	readonly env?: Record<string, string>;
	readonly portSpec?: object;
}
const web = ({ port, version, spec = {}, env = {}, portSpec = {} }: Web) =>
	object("Process", "web", {
		command: [node, "server.mjs"],
		env: { VERSION: version, ...env },
		ports: [{ name: "http", port, ...portSpec }],
		health: { http: {}, interval: "200ms", startup: "5s" },
		...spec,
	});
const sleeper = (name: string, spec: object = {}) =>
	object("Process", name, { command: [node, "-e", "setInterval(() => {}, 1000)"], ...spec });
const becomes = (name: string, status: string) => host.until(async () => (await host.health(name)).status === status, `${name} ${status}`);
const readFolders = (): readonly string[] => readdirSync(`${host.home}/processes`);
function stateOf(name: string): {
	readonly active?: { readonly pid?: number };
	readonly starts: number;
	readonly leaving: readonly unknown[];
} {
	const folder = readFolders().find((each) => each.split(".")[1] === name) ?? "";
	return JSON.parse(readFileSync(`${host.home}/processes/${folder}/run.json`, "utf8"));
}
const pidOf = (name: string): number => stateOf(name).active?.pid ?? 0;

describe("a Process", () => {
	it("runs with its port, gets healthy, and is stopped when it is deleted", async () => {
		const port = await freePort();
		await host.sync([script, web({ port, version: "one" })]);
		expect((await host.health("web")).status).toBe("Progressing");
		await becomes("web", "Healthy");
		const [version, pid] = (await ask(port)).split(" ");
		expect(version).toBe("one");
		await host.sync([script]);
		expect(isAlive(Number(pid))).toBe(false);
		expect(readFolders()).toEqual([]);
		await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
	});

	it("is started again at once when it is killed, and says so", async () => {
		const port = await freePort();
		await host.sync([script, web({ port, version: "one" })]);
		await becomes("web", "Healthy");
		const before = pidOf("web");
		host.events.length = 0;
		process.kill(before, "SIGKILL");
		await host.until(() => host.events.some((event) => event.message?.includes("was ended by SIGKILL") === true));
		await becomes("web", "Healthy");
		expect(pidOf("web")).not.toBe(before);
		expect(isAlive(before)).toBe(false);
	});

	it("restarts when what it runs changes, and not when only its log limits do", async () => {
		const port = await freePort();
		await host.sync([script, web({ port, version: "one" })]);
		await becomes("web", "Healthy");
		const first = pidOf("web");
		await host.sync([script, web({ port, version: "one", spec: { logs: { maxFiles: 1 }, health: { tcp: {} } } })]);
		await becomes("web", "Healthy");
		expect(pidOf("web")).toBe(first);
		const changes = await host.sync([script, web({ port, version: "two", spec: { inputs: "abc" } })]);
		expect(changes.find((change) => change.ref.kind === "Process")?.differences.map((each) => each.path)).toContain("/spec/env/VERSION");
		expect((await host.health("web")).status).toBe("Progressing");
		await becomes("web", "Healthy");
		expect(await ask(port)).toMatch(/^two /u);
		expect(isAlive(first)).toBe(false);
	});

	it("that exits at once is Degraded with its last output, backs off, and heals with a good spec", async () => {
		const port = await freePort();
		await host.sync([script, web({ port, version: "one", env: { CRASH: "1" } })]);
		await becomes("web", "Degraded");
		expect((await host.health("web")).message).toMatch(/exited with code 3 after \d+ m?s: cannot read the configuration.*started again/u);
		await host.until(() => stateOf("web").starts >= 3);
		const { starts } = stateOf("web");
		expect(starts).toBeLessThan(10);
		await host.sync([script, web({ port, version: "two" })]);
		await becomes("web", "Healthy");
	});

	it.each([
		[["no-such-program-anywhere"], "the program no-such-program-anywhere was not found"],
		[["./server.mjs"], "the program ./server.mjs may not be executed"],
	])("that cannot be started, %j, says why", async (command, message) => {
		await host.sync([script, object("Process", "web", { command })]);
		await becomes("web", "Degraded");
		expect((await host.health("web")).message).toContain(message);
	});

	it("says who has its port, and takes it when it is free", async () => {
		const port = await freePort();
		const other: Server = createServer();
		await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
		await host.sync([script, web({ port, version: "one" })]);
		await becomes("web", "Degraded");
		expect((await host.health("web")).message).toMatch(
			new RegExp(`port ${port} \\(http\\) is already in use by .* \\(process ${process.pid}\\)`, "u"),
		);
		await new Promise((resolve) => other.close(resolve));
		await becomes("web", "Healthy");
	});

	it("follows its restart policy", async () => {
		const once = (name: string, policy: string, code: number) =>
			object("Process", name, { command: [node, "-e", `console.log("done"); process.exit(${code})`], restart: { policy } });
		await host.sync([once("never", "never", 1), once("failure", "on-failure", 0), once("again", "on-failure", 2)]);
		await becomes("never", "Degraded");
		await becomes("failure", "Healthy");
		await host.until(() => stateOf("again").starts >= 2);
		expect((await host.health("never")).message).toContain("exited with code 1");
		expect(stateOf("never").starts).toBe(1);
		expect(stateOf("failure").starts).toBe(1);
		await host.reopen();
		await host.sync([once("never", "never", 1), once("failure", "on-failure", 0), once("again", "on-failure", 2)]);
		expect((await host.health("failure")).status).toBe("Healthy");
		expect(stateOf("never").starts).toBe(1);
	});

	it("that stays deaf to its signal is killed, with what it started", async () => {
		const code = `process.on("SIGTERM", () => {}); const c = require("child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)"]); console.log(c.pid); setInterval(() => {}, 1000)`;
		await host.sync([object("Process", "deaf", { command: [node, "-e", code], stop: { timeout: "300ms" } })]);
		await becomes("deaf", "Healthy");
		const lines: string[] = [];
		for await (const line of host.target().logs("shop", "Process.host.gitward.dev/shop/deaf", { tail: 5, follow: false }))
			lines.push(line.text);
		const pids = [pidOf("deaf"), Number(lines[0])];
		expect(pids.map(isAlive)).toEqual([true, true]);
		await host.sync([]);
		await host.until(() => pids.every((pid) => !isAlive(pid)));
	});

	it("that becomes unhealthy is restarted", async () => {
		const port = await freePort();
		const code = `let n = 0; require("http").createServer((q, s) => { n += 1; s.statusCode = n > 3 ? 500 : 200; s.end(); }).listen(${port}, "127.0.0.1")`;
		await host.sync([
			object("Process", "web", {
				command: [node, "-e", code],
				ports: [{ name: "http", port }],
				health: { http: { path: "/healthz" }, interval: "20ms", failureThreshold: 2 },
			}),
		]);
		await becomes("web", "Healthy");
		const before = pidOf("web");
		await host.until(() =>
			host.events.some((event) => event.message?.includes(`GET http://127.0.0.1:${port}/healthz answered 500`) === true),
		);
		await host.until(() => pidOf("web") !== before && pidOf("web") !== 0);
	});

	it("asks a command for health, with the port filled in", async () => {
		const port = await freePort();
		const check = `require("net").connect(Number(process.argv[1]), "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
		await host.sync([
			script,
			web({ port, version: "one", spec: { health: { command: [node, "-e", check, "${PORT_http}"], startup: "10s" } } }),
		]);
		await becomes("web", "Healthy");
	});

	it("without a check is Healthy once it has run for a moment", async () => {
		await host.sync([sleeper("plain")]);
		expect((await host.health("plain")).status).toBe("Progressing");
		await becomes("plain", "Healthy");
	});
});

describe("a Process over a restart of Gitward", () => {
	it("goes on under the same id, and its end is noticed though it is no child", async () => {
		await host.sync([sleeper("plain")]);
		await becomes("plain", "Healthy");
		const before = pidOf("plain");
		await host.reopen();
		expect(pidOf("plain")).toBe(before);
		await becomes("plain", "Healthy");
		host.events.length = 0;
		process.kill(before, "SIGKILL");
		await host.until(() => pidOf("plain") !== before && pidOf("plain") !== 0);
		await becomes("plain", "Healthy");
		expect(host.events.some((event) => event.message?.includes("ended") === true)).toBe(true);
	});

	it("keeps its child's exit code when only the Environment is opened again", async () => {
		await host.sync([sleeper("plain")]);
		await host.target().close("reopen");
		expect(isAlive(pidOf("plain"))).toBe(true);
		await host.open();
	});

	it("stops at shutdown where the policy says so, and is started again", async () => {
		await host.reopen({ policy: { onShutdown: "stop" } });
		await host.sync([sleeper("plain")]);
		await becomes("plain", "Healthy");
		const before = pidOf("plain");
		await host.target().close("shutdown");
		expect(isAlive(before)).toBe(false);
		await host.open({ policy: { onShutdown: "stop" } });
		await becomes("plain", "Healthy");
		expect(pidOf("plain")).not.toBe(before);
	});

	it("goes on at shutdown where the policy says so", async () => {
		await host.sync([sleeper("plain")]);
		await becomes("plain", "Healthy");
		const before = pidOf("plain");
		await host.target().close("shutdown");
		expect(isAlive(before)).toBe(true);
		await host.open();
		expect(pidOf("plain")).toBe(before);
	});

	it("is not taken for another process that has its id now", async () => {
		await host.sync([sleeper("plain")]);
		await becomes("plain", "Healthy");
		const before = pidOf("plain");
		await host.target().close("reopen");
		process.kill(before, "SIGKILL");
		const [name = ""] = readFolders();
		const file = `${host.home}/processes/${name}/run.json`;
		const run = JSON.parse(readFileSync(file, "utf8"));
		// As if the id had come round to this very process.
		writeFileSync(file, JSON.stringify({ ...run, active: { ...run.active, pid: process.pid } }));
		await host.open();
		await becomes("plain", "Healthy");
		expect(pidOf("plain")).not.toBe(process.pid);
		await host.sync([]);
		expect(isAlive(process.pid)).toBe(true);
	});

	it("is found by its mark when the kill came between its start and the note of it", async () => {
		await host.sync([sleeper("plain")]);
		await becomes("plain", "Healthy");
		const before = pidOf("plain");
		await host.target().close("reopen");
		const [name = ""] = readFolders();
		const file = `${host.home}/processes/${name}/run.json`;
		const run = JSON.parse(readFileSync(file, "utf8"));
		const { id, slot, runs, startedAt } = run.active;
		writeFileSync(file, JSON.stringify({ ...run, active: { id, slot, runs, startedAt } }));
		await host.open();
		await becomes("plain", "Healthy");
		expect(pidOf("plain")).toBe(before);
	});
});

describe("a Process with two ports", () => {
	it("is replaced without one failed request", async () => {
		const [port, alternate] = [await freePort(), await freePort()];
		const portSpec = { alternate, file: "run/port" };
		const spec = (more: object = {}) => ({
			afterSwitch: [node, "-e", 'require("fs").appendFileSync("switches", process.env.PORT + "\\n")'],
			...more,
		});
		await host.sync([script, web({ port, version: "v1", portSpec, spec: spec() })]);
		await becomes("web", "Healthy");
		expect(readFileSync(host.at("shop/run/port"), "utf8")).toBe(`${port}\n`);
		let isDone = false;
		const seen = new Set<string>();
		let failed = 0;
		let count = 0;
		const client = (async () => {
			while (!isDone) {
				try {
					seen.add((await ask(Number(readFileSync(host.at("shop/run/port"), "utf8")))).split(" ")[0] ?? "");
				} catch {
					failed += 1;
				}
				count += 1;
			}
		})();
		for (const version of ["v2", "v3", "v4"]) {
			await host.sync([script, web({ port, version, portSpec, spec: spec(), env: { START_DELAY: "100" } })]);
			expect((await host.health("web")).status).toBe("Progressing");
			await becomes("web", "Healthy");
			await host.until(() => seen.has(version));
		}
		isDone = true;
		await client;
		expect({ failed, seen: [...seen] }).toEqual({ failed: 0, seen: ["v1", "v2", "v3", "v4"] });
		expect(count).toBeGreaterThan(10);
		expect(readFileSync(host.at("shop/switches"), "utf8").trim().split("\n")).toEqual([alternate, port, alternate].map(String));
		await host.until(() => stateOf("web").leaving.length === 0);
	});

	it("keeps what ran when the new one does not get healthy, and says why", async () => {
		const [port, alternate] = [await freePort(), await freePort()];
		const portSpec = { alternate, file: "port" };
		await host.sync([script, web({ port, version: "v1", portSpec })]);
		await becomes("web", "Healthy");
		const first = pidOf("web");
		await host.sync([script, web({ port, version: "v2", portSpec, env: { CRASH: "1" } })]);
		await becomes("web", "Degraded");
		expect((await host.health("web")).message).toMatch(
			/the replacement exited with code 3 .*cannot read the configuration; what ran before goes on/u,
		);
		expect(await ask(port)).toBe(`v1 ${first}`);
		await host.sync([
			script,
			web({ port, version: "v3", portSpec, spec: { health: { http: { path: "/", status: 204 }, startup: "300ms", interval: "50ms" } } }),
		]);
		await host.until(async () => (await host.health("web")).message.includes("did not get healthy within 300ms"));
		expect(await ask(port)).toBe(`v1 ${first}`);
		await host.sync([script, web({ port, version: "v1", portSpec })]);
		await becomes("web", "Healthy");
		expect(pidOf("web")).toBe(first);
		expect(readFileSync(host.at("shop/port"), "utf8")).toBe(`${port}\n`);
	});

	it("has its port file repaired, and taken away with it", async () => {
		const [port, alternate] = [await freePort(), await freePort()];
		const item = web({ port, version: "v1", portSpec: { alternate, file: "run/port" } });
		await host.sync([script, item]);
		await becomes("web", "Healthy");
		await host.sync([script, item]);
		writeFileSync(host.at("shop/run/port"), "1\n");
		await host.until(() => host.events.some((event) => event.key === keyOfObject(item) && event.message === "port file was edited"));
		const changes = await host.sync([script, item]);
		expect(changes.find((change) => change.key === keyOfObject(item))?.differences).toEqual([
			{ path: "/spec/ports/0/file", before: "1\n", after: `${port}\n` },
		]);
		expect(readFileSync(host.at("shop/run/port"), "utf8")).toBe(`${port}\n`);
		await host.sync([]);
		expect(existsSync(host.at("shop"))).toBe(false);
	});

	it("goes on with a switch that a kill cut off before afterSwitch had run", async () => {
		const [port, alternate] = [await freePort(), await freePort()];
		const item = web({
			port,
			version: "v1",
			portSpec: { alternate, file: "port" },
			spec: { afterSwitch: [node, "-e", 'require("fs").writeFileSync("switched", "")'] },
		});
		await host.sync([script, item]);
		await becomes("web", "Healthy");
		await host.target().close("reopen");
		const file = `${host.home}/processes/${readFolders()[0] ?? ""}/run.json`;
		writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), switching: true }));
		writeFileSync(host.at("shop/port"), "0\n");
		await host.open();
		await becomes("web", "Healthy");
		expect(existsSync(host.at("shop/switched"))).toBe(true);
		expect(readFileSync(host.at("shop/port"), "utf8")).toBe(`${port}\n`);
	});
});

describe("the logs of a Process", () => {
	const key = "Process.host.gitward.dev/shop/loud";
	const loud = (code: string) => object("Process", "loud", { command: [node, "-e", code], logs: { maxSize: "64Ki", maxFiles: 2 } });

	it("keep both streams, a tail, and follow over rotations until the signal", async () => {
		const code = `
			const { writeSync } = require("fs");
			console.error("to stderr");
			let n = 0;
			const timer = setInterval(() => { for (let i = 0; i < 20; i += 1) writeSync(1, "line " + n++ + " " + "x".repeat(200) + "\\n"); if (n >= 2000) clearInterval(timer); }, 10);
			setInterval(() => {}, 1000);`;
		await host.sync([loud(code)]);
		const abort = new AbortController();
		const numbers: number[] = [];
		for await (const line of host.target().logs("shop", key, { tail: 1000, follow: true, signal: abort.signal })) {
			if (line.stream === "stdout") numbers.push(Number(line.text.split(" ")[1]));
			if (numbers.at(-1) === 1999) abort.abort();
		}
		expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true);
		await host.until(() => existsSync(`${host.home}/processes/${readFolders()[0] ?? ""}/stdout.log.1`));
		const folder = `${host.home}/processes/${readFolders()[0] ?? ""}`;
		await host.until(() => statSync(`${folder}/stdout.log`).size < 64 * 1024);
		expect(existsSync(`${folder}/stdout.log.3`)).toBe(false);
		const tail: string[] = [];
		for await (const line of host.target().logs("shop", key, { tail: 4, follow: false }))
			tail.push(`${line.stream}: ${line.text.slice(0, 9)}`);
		expect(tail).toEqual(["stdout: line 1997", "stdout: line 1998", "stdout: line 1999", "stderr: to stderr"]);
	});

	it("stay when it is restarted", async () => {
		await host.sync([loud('console.log("first " + process.pid); setInterval(() => {}, 1000)')]);
		await becomes("loud", "Healthy");
		const before = pidOf("loud");
		process.kill(before, "SIGKILL");
		await becomes("loud", "Progressing");
		await becomes("loud", "Healthy");
		const lines: string[] = [];
		for await (const line of host.target().logs("shop", key, { tail: 10, follow: false })) lines.push(line.text);
		expect(lines).toEqual([`first ${before}`, `first ${pidOf("loud")}`]);
	});
});
