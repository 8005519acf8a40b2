import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHostFixture, type HostFixture } from "./fixture.ts";
import { killObjects } from "./kill-objects.fixture.ts";

/** More by hand: GITWARD_TEST_KILLS=100. */
const kills = Number(process.env["GITWARD_TEST_KILLS"] ?? "20");
const child = join(import.meta.dirname, "kill-child.fixture.ts");

let host: HostFixture;
beforeEach(() => {
	host = createHostFixture();
});
afterEach(() => host.close());

/** Running processes with that mark, that were started and not merely inherited it. */
function marked(mark: string): readonly number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/u.test(name))
		.filter((name) => {
			try {
				return (
					readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(`MARK=${mark}`) &&
					!/\) Z /u.test(readFileSync(`/proc/${name}/stat`, "utf8"))
				);
			} catch {
				return false;
			}
		})
		.map(Number);
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === "object" && address !== null ? address.port : 0;
}

function filesBelow(folder: string): readonly string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.map((entry) => `${join(entry.parentPath, entry.name).slice(folder.length + 1)}${entry.isDirectory() ? "/" : ""}`)
		.sort();
}

/** Runs the child until it is killed at a random time; returns the last round that it finished. */
async function runAndKill(mark: string, ports: string, from: number): Promise<number> {
	const started = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", child, host.base, mark, ports, String(from)], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	let errors = "";
	started.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
	const first = new Promise<void>((resolve) => started.stdout.once("data", () => resolve()));
	started.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
	const ended = new Promise<void>((resolve) => started.once("close", () => resolve()));
	// Half of the kills fall into the first round, where what was left is found again.
	if (Math.random() < 0.5) await Promise.race([first, ended]);
	const timer = setTimeout(() => started.kill("SIGKILL"), Math.random() * 700);
	await ended;
	clearTimeout(timer);
	expect(errors).toBe("");
	return Number(output.trim().split("\n").at(-1) ?? from) || from;
}

it(`keeps one copy of each process and no stray file over ${kills} kills at random times`, { timeout: 20_000 + kills * 5000 }, async () => {
	const mark = `kill-${process.pid}-${Date.now()}`;
	const [port, alternate] = [await freePort(), await freePort()];
	let round = 0;
	for (let kill = 0; kill < kills; kill += 1) {
		round = (await runAndKill(mark, `${port},${alternate}`, round + 1)) + 1;
		expect(marked(`${mark}-plain`).length).toBeLessThanOrEqual(1);
		expect(marked(`${mark}-web`).length).toBeLessThanOrEqual(2);
	}
	await host.open();
	const objects = killObjects({ round, mark, port, alternate });
	host.setOwned(
		Array.from({ length: 10 }, (_, each) => killObjects({ round: each, mark, port, alternate })).flatMap((list) =>
			list.map((each) => host.claim(each)),
		),
	);
	await host.sync(objects);
	await host.until(
		async () => (await host.health("plain")).status === "Healthy" && (await host.health("web")).status === "Healthy",
		"health after the kills",
	);
	await host.until(() => marked(`${mark}-web`).length === 1, "one copy of web");
	expect(marked(`${mark}-plain`).length).toBe(1);
	const some = [0, 1, 2, 3].filter((each) => (round + each) % 2 === 0);
	expect(filesBelow(host.at("shop"))).toEqual(
		[
			"always/",
			"always/here.txt",
			"moved/",
			`moved/to-${round % 5}.txt`,
			"some/",
			...some.flatMap((each) => [`some/deep-${each}/`, `some/deep-${each}/file.txt`]),
			"web.port",
		].sort(),
	);
	const observed = await host.target().observe("shop", objects, host.owned());
	expect(observed.filter((each) => each.state !== "same")).toEqual([]);
	await host.sync([]);
	expect(marked(`${mark}-plain`).length + marked(`${mark}-web`).length).toBe(0);
	expect(filesBelow(host.at())).toEqual([]);
});
