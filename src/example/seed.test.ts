import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExec } from "../lib/exec/exec.ts";
import { freePorts } from "./free-ports.ts";
import { exampleEnvironments, seedExample } from "./seed.ts";

const exec = createExec({ environment: { PATH: process.env["PATH"] ?? "" } });
let folder = "";
let hosted = "";

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "example-"));
	hosted = join(folder, "repositories");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** As the forge does it, without its settings. */
const create = (name: string) => exec.run("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(hosted, `${name}.git`)]);

async function git(repository: string, ...args: readonly string[]): Promise<string> {
	const { stdout } = await exec.run("git", ["--git-dir", join(hosted, repository), ...args]);
	return stdout.toString().trim();
}

describe("seedExample", () => {
	it("makes an application with a release and a newer main, and what runs where", async () => {
		const { ports } = await seedExample({ hosted, create, exec });
		expect(await git("shop.git", "log", "--format=%an: %s %D", "main")).toBe(
			"Gitward example: A warmer greeting HEAD -> main\nGitward example: A page that says where it runs tag: v1.0.0",
		);
		expect(await git("shop-environments.git", "show", "main:dev/values.yaml")).toContain(`version: main\nport: ${ports.dev}`);
		expect(await git("shop-environments.git", "show", "main:production/values.yaml")).toContain(
			`version: v1.0.0\nport: ${ports.production}`,
		);
		expect(new Set(Object.values(ports)).size).toBe(exampleEnvironments.length);
	});

	it("goes on from where it was, with the same ports and the user's commits", async () => {
		const first = await seedExample({ hosted, create, exec });
		const before = await git("shop.git", "rev-parse", "main");
		const occupied = createServer().listen(first.ports.dev, "127.0.0.1");
		await new Promise((resolve) => occupied.once("listening", resolve));
		expect(await seedExample({ hosted, create, exec })).toEqual(first);
		expect(await git("shop.git", "rev-parse", "main")).toBe(before);
		await new Promise((resolve) => occupied.close(resolve));
	});

	it("fills a repository that a kill left empty", async () => {
		await seedExample({ hosted, create, exec });
		const before = await git("shop.git", "rev-parse", "main");
		await rm(join(hosted, "shop-environments.git"), { recursive: true });
		await create("shop-environments");
		await seedExample({ hosted, create, exec });
		expect(await git("shop-environments.git", "rev-list", "--count", "main")).toBe("1");
		expect(await git("shop.git", "rev-parse", "main")).toBe(before);
	});
});

describe("freePorts", () => {
	it("passes over a port that is taken", async () => {
		const taken = createServer().listen(0, "127.0.0.1");
		await new Promise((resolve) => taken.once("listening", resolve));
		const { port } = taken.address() as { port: number };
		expect(await freePorts(1, port)).not.toContain(port);
		await new Promise((resolve) => taken.close(resolve));
	});
});
