import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Exec } from "../lib/exec/exec.ts";
import type { RunResult } from "../lib/exec/run.ts";
import { freePorts } from "./free-ports.ts";

/** Environments of the living example, in order. */
export const exampleEnvironments = ["dev", "staging", "production"] as const;

export type ExampleEnvironment = (typeof exampleEnvironments)[number];

/** `--control` of the living example. */
export const exampleControl = "hosted:shop-environments#main:gitward";

export interface SeedOptions {
	/** Folder of the repositories that Gitward hosts, each as `<name>.git`. */
	readonly hosted: string;
	/** Makes an empty hosted repository where it is missing. */
	readonly create: (name: string) => Promise<unknown>;
	readonly exec: Exec;
	readonly signal?: AbortSignal;
}

/** What the example's repositories say now. */
export interface Example {
	/** Port of the shop in each Environment. */
	readonly ports: Readonly<Record<ExampleEnvironment, number>>;
}

const content = fileURLToPath(new URL("../../examples/living", import.meta.url));
const author = { name: "Gitward example", email: "example@gitward.dev" };
const firstPort = 8101;
const programLimitMs = 30_000;

/** Programs see neither the user's Git configuration nor their hooks: the example is the same for everybody. */
const isolated = {
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_AUTHOR_NAME: author.name,
	GIT_AUTHOR_EMAIL: author.email,
	GIT_COMMITTER_NAME: author.name,
	GIT_COMMITTER_EMAIL: author.email,
};

/**
 * Fills the two repositories of the living example where they hold no branch `main`: `shop`, an application, and `shop-environments`,
 * what runs where. Each is filled by one atomic push, so a kill in between is mended by the next start; what is there is left as it is.
 */
export async function seedExample(options: SeedOptions): Promise<Example> {
	const scratch = await mkdtemp(join(tmpdir(), "gitward-example-"));
	try {
		await seedRepository(options, scratch, "shop", commitShop);
		await seedRepository(options, scratch, "shop-environments", commitEnvironments);
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
	return { ports: await readPorts(options) };
}

type Git = (...args: readonly string[]) => Promise<void>;

async function seedRepository(
	options: SeedOptions,
	scratch: string,
	name: string,
	commit: (folder: string, git: Git) => Promise<void>,
): Promise<void> {
	await options.create(name);
	const target = join(options.hosted, `${name}.git`);
	if ((await runGit(options, ["--git-dir", target, "rev-parse", "--quiet", "--verify", "refs/heads/main"], { okCodes: [0, 1] })).code === 0)
		return;
	const folder = join(scratch, name);
	await cp(join(content, name), folder, { recursive: true });
	const git: Git = async (...args) => {
		await runGit(options, ["-C", folder, ...args]);
	};
	await git("init", "--quiet", "--initial-branch=main");
	await commit(folder, git);
	await git("push", "--quiet", "--atomic", "--follow-tags", target, "main");
}

/** A first version with a tag, and one commit that only `main` has: so dev differs from staging from the start. */
async function commitShop(folder: string, git: Git): Promise<void> {
	await git("add", "--all");
	await git("commit", "--quiet", "--message", "A page that says where it runs");
	await git("tag", "--annotate", "v1.0.0", "--message", "First release");
	await writeFile(join(folder, "app", "greeting.txt"), "Welcome to the shop, fresh from main\n");
	await git("commit", "--quiet", "--all", "--message", "A warmer greeting");
}

async function commitEnvironments(folder: string, git: Git): Promise<void> {
	const ports = await freePorts(exampleEnvironments.length, firstPort);
	for (const [index, environment] of exampleEnvironments.entries()) {
		const file = join(folder, environment, "values.yaml");
		await writeFile(file, valuesOf(environment, ports[index] ?? firstPort + index));
	}
	await git("add", "--all");
	await git("commit", "--quiet", "--message", "dev, staging and production of the shop");
}

function valuesOf(environment: ExampleEnvironment, port: number): string {
	const why: Readonly<Record<ExampleEnvironment, string>> = {
		dev: "dev follows the branch main: what is pushed to the shop is live a moment later.",
		staging: "staging runs a released version: a tag of the shop.",
		production: "production runs the version that was good in staging.",
	};
	return `# ${why[environment]}\nversion: ${environment === "dev" ? "main" : "v1.0.0"}\nport: ${String(port)}\n`;
}

async function readPorts(options: SeedOptions): Promise<Example["ports"]> {
	const ports: Partial<Record<ExampleEnvironment, number>> = {};
	for (const environment of exampleEnvironments) {
		const args = [
			"--git-dir",
			join(options.hosted, "shop-environments.git"),
			"show",
			"--end-of-options",
			`main:${environment}/values.yaml`,
		];
		// The repository is the user's now: a file that they moved away is no error of ours.
		const { stdout } = await runGit(options, args, { okCodes: [0, 128] });
		ports[environment] = Number(/^port:\s*(?<port>[0-9]+)/mu.exec(stdout.toString())?.groups?.["port"] ?? 0);
	}
	return { dev: ports.dev ?? 0, staging: ports.staging ?? 0, production: ports.production ?? 0 };
}

function runGit(
	{ exec, signal }: SeedOptions,
	args: readonly string[],
	more: { readonly okCodes?: readonly number[] } = {},
): Promise<RunResult> {
	return exec.run("git", args, {
		env: isolated,
		timeoutMs: programLimitMs,
		title: "git for the example",
		...more,
		...(signal === undefined ? {} : { signal }),
	});
}
