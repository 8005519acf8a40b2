import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cli, createCli } from "../../test/cli/run-cli.ts";

let cli: Cli;
beforeEach(async () => {
	cli = await createCli();
});
afterEach(() => cli.remove());

const up = ["up", "--control", "control", "--listen", "127.0.0.1:0"];
const isUp = (out: string): boolean => out.includes("gitward status");

describe("up", () => {
	it("prints the login link once, is found by other commands, and ends cleanly", async () => {
		await cli.run(["init", "."]);
		// Nothing is to run on when the test is over.
		const manifest = join(cli.home, "hello", "hello.yaml");
		await writeFile(manifest, (await readFile(manifest, "utf8")).split("---").slice(0, 2).join("---"));
		const settings = join(cli.home, "control", "gitward.yaml");
		await writeFile(settings, (await readFile(settings, "utf8")).replace("ref: main", "ref: none"));
		let status = { code: null as number | null, out: "" };
		const asked = Promise.withResolvers<void>();
		let done = false;
		const first = await cli.run(up, {
			tick: (out, stop) => {
				if (done || !isUp(out)) return;
				done = true;
				void (async () => {
					await cli.run(["up", "--control", "control", "--listen", "127.0.0.1:0"]).then((second) => {
						expect(second.code).toBe(5);
						expect(second.err).toContain("another Gitward");
					});
					status = await cli.run(["get", "environments", "-o", "json"], { cwd: join(cli.home, "hello") });
					stop();
					asked.resolve();
				})();
			},
		});
		await asked.promise;
		expect(first.code).toBe(0);
		expect(status.code).toBe(0);
		const token = (await readFile(join(cli.home, ".gitward", "token"), "utf8")).trim();
		expect(first.out.split(token)).toHaveLength(2);
		expect(first.out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#token=gitward_/u);
		expect(first.err).not.toContain(token);
		expect((await stat(join(cli.home, ".gitward", "token"))).mode & 0o777).toBe(0o600);
		expect(await readdir(join(cli.home, ".gitward"))).not.toContain("server.json");

		const again = await cli.run(up, { stopWhen: isUp });
		expect(again.code).toBe(0);
		expect(again.out).not.toContain(token);
	});

	it("listens in clear for others where it is told to, with a token that it is given, and hosts its own control repository", async () => {
		const token = `gitward_${"a".repeat(43)}`;
		await writeFile(join(cli.home, "given"), `${token}\n`, { mode: 0o644 });
		const pod = ["up", "--control", "hosted:control", "--listen", "0.0.0.0:0", "--plain-http", "--probes", "127.0.0.1:0"];
		const run = await cli.run([...pod, "--token-file", "given"], { stopWhen: isUp });
		expect(run.code).toBe(0);
		expect(run.out).toMatch(/http:\/\/0\.0\.0\.0:\d+/u);
		expect(run.out + run.err).not.toContain(token);
		expect((await stat(join(cli.home, "given"))).mode & 0o777).toBe(0o644);
		expect(await readdir(join(cli.home, ".gitward", "git"))).toContain("control.git");
		expect(await readdir(join(cli.home, ".gitward"))).not.toContain("token");

		const silent = await cli.run([...pod, "--no-link"], { stopWhen: isUp });
		expect(silent.code).toBe(0);
		const made = (await readFile(join(cli.home, ".gitward", "token"), "utf8")).trim();
		expect(silent.out + silent.err).not.toContain(made);
	});

	it("says what is missing", async () => {
		expect(await cli.run(["up"])).toMatchObject({ code: 2, out: "" });
		expect((await cli.run(["up", "--control", "nowhere"])).code).toBe(4);
		expect((await cli.run(["up", "--control", ".", "--example"])).code).toBe(2);
		await cli.run(["init", "mine"]);
		const open = await cli.run(["up", "--control", "mine/control", "--listen", "0.0.0.0:0"]);
		expect(open.code).toBe(2);
		expect(open.err).toContain("--tls-cert");
		expect((await cli.run(["up", "--control", "mine/control", "--tls-cert", "a", "--tls-key", "b"])).code).toBe(2);
		await rm(join(cli.home, "mine"), { recursive: true });
	});
});
