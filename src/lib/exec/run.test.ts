import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { createExec } from "./exec.ts";
import { ExecError, type ExecFacts } from "./exec-error.ts";

const node = process.execPath;
const exec = createExec({ environment: { PATH: process.env["PATH"] ?? "", ONLY: "this" } });
let folder = "";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "exec-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function facts(promise: Promise<unknown>): Promise<ExecFacts> {
	const error = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	if (error instanceof ExecError) return error.facts;
	throw new Error("expected an ExecError", { cause: error });
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A zombie that nobody has waited for yet (init is slow, or there is none in a container) is dead enough.
		return !existsSync(`/proc/${pid}/stat`) || !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

describe("run", () => {
	it("returns output, passes input and gives only the environment it was told", async () => {
		const code =
			'process.stdin.on("data", d => process.stdout.write(d)).on("end", () => { console.error("note"); console.log(JSON.stringify(process.env)); })';
		const result = await exec.run(node, ["-e", code], { input: "hello ", env: { MORE: "x" } });
		const [hello, env] = result.stdout.toString().split(" ");
		expect(hello).toBe("hello");
		expect(JSON.parse(env ?? "")).toEqual({ PATH: process.env["PATH"], ONLY: "this", MORE: "x" });
		expect(result.stderr).toBe("note\n");
	});

	it.runIf(process.platform === "linux")("stops a program that takes too much memory, and no other", async () => {
		const limit = 256 * 1024 * 1024;
		const greedy = "const all = []; setInterval(() => all.push(Buffer.alloc(64 * 1024 * 1024, 1)), 20)";
		const failed = await facts(exec.run(node, ["-e", greedy], { maxMemoryBytes: limit }));
		expect([failed.cause, failed.limit]).toEqual(["memory", limit]);
		const modest = await exec.run(node, ["-e", "setTimeout(() => console.log(1), 600)"], { maxMemoryBytes: limit });
		expect(modest.code).toBe(0);
	});

	it("does not pass through a shell", async () => {
		const result = await exec.run(node, ["-e", "console.log(process.argv[1])", "$(id); `id` && *"]);
		expect(result.stdout.toString()).toBe("$(id); `id` && *\n");
	});

	it("reports exit codes with the last lines of standard error, secrets masked", async () => {
		const secret = new Secret("sesame-open");
		const failed = exec.run(node, ["-e", 'console.error("token sesame-open refused"); process.exit(3)'], {
			secrets: [secret],
			title: "login",
		});
		await expect(failed).rejects.toThrow("login ended with exit code 3: token *** refused");
		expect((await facts(failed)).exitCode).toBe(3);
		expect(JSON.stringify(await facts(failed))).not.toContain("sesame");
	});

	it("takes exit codes that are answers", async () => {
		expect((await exec.run(node, ["-e", "process.exit(1)"], { okCodes: [0, 1] })).code).toBe(1);
	});

	it("tells a missing program from a missing folder", async () => {
		expect((await facts(exec.run("no-such-program-here", []))).cause).toBe("not-found");
		const noFolder = exec.run(node, ["-e", ""], { cwd: join(folder, "nowhere") });
		expect((await facts(noFolder)).cause).toBe("not-started");
		await expect(noFolder).rejects.toThrow("there is no folder");
		expect((await facts(exec.run(node, ["a\0b"]))).cause).toBe("not-started");
	});

	it("stops a program that prints too much", async () => {
		const loud = exec.run(node, ["-e", 'setInterval(() => process.stdout.write("x".repeat(65536)), 1)'], { maxOutputBytes: 1000 });
		expect((await facts(loud)).cause).toBe("output");
	});

	it("kills the whole group at the time limit, also members that ignore the polite signal", async () => {
		const file = join(folder, "pid");
		const grandchild =
			'process.on("SIGTERM", () => {}); require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)';
		const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}, process.argv[1]], { stdio: "ignore" }); setInterval(() => {}, 1000)`;
		expect((await facts(exec.run(node, ["-e", parent, file], { timeoutMs: 1500 }))).cause).toBe("timeout");
		const pid = Number(await readFile(file, "utf8"));
		expect(pid).toBeGreaterThan(1);
		await expect.poll(() => isAlive(pid)).toBe(false);
	});

	it("stops when cancelled, and does not start when cancelled before", async () => {
		const abort = new AbortController();
		const waiting = exec.run(node, ["-e", "setInterval(() => {}, 1000)"], { signal: abort.signal });
		abort.abort();
		expect((await facts(waiting)).cause).toBe("cancelled");
		await expect(exec.run(node, [], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Cancelled" });
	});

	it("does not wait for a daemon that keeps the streams open", async () => {
		const daemon =
			'require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "inherit", detached: true }).unref(); console.log("done"); process.exit(0)';
		const result = await exec.run(node, ["-e", daemon]);
		expect(result.stdout.toString()).toBe("done\n");
	});

	it("survives a program that does not read its input", async () => {
		expect((await exec.run(node, ["-e", "process.exit(0)"], { input: Buffer.alloc(4 * 1024 * 1024) })).code).toBe(0);
	});
});

describe("stream", () => {
	it("gives all output and ends well", async () => {
		const output = exec.stream(node, ["-e", 'process.stdout.write("x".repeat(3_000_000))']);
		expect((await text(output)).length).toBe(3_000_000);
	});

	it("loses nothing for a reader who is slower than the program, which ended long ago", async () => {
		const output = exec.stream(node, ["-e", 'process.stdout.write("x".repeat(200_000))']);
		let size = 0;
		for await (const chunk of output) {
			if (size === 0) await new Promise((resolve) => setTimeout(resolve, 1800));
			size += (chunk as Buffer).length;
		}
		expect(size).toBe(200_000);
	});

	it("fails where the program fails, although it printed something", async () => {
		const output = exec.stream(node, ["-e", 'console.log("half"); process.exitCode = 2']);
		await expect(text(output)).rejects.toMatchObject({ code: "ProgramFailed" });
	});

	it("fails for a missing program", async () => {
		await expect(text(exec.stream("no-such-program-here", []))).rejects.toMatchObject({ code: "ProgramNotFound" });
	});

	it("stops the program when the reader goes away", async () => {
		const child = exec.start(node, ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"]);
		child.stop("cancelled");
		await expect(child.finished).rejects.toMatchObject({ code: "Cancelled" });
		const output = exec.stream(node, ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"]);
		const first = await new Promise<Buffer>((resolve) => output.once("data", resolve));
		output.destroy();
		await expect.poll(() => isAlive(Number(String(first)))).toBe(false);
	});
});
