import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Exec } from "../lib/exec/exec.ts";
import { freePorts } from "./free-ports.ts";

/** Environments of the living example, in order. */
export const exampleEnvironments = ["dev", "staging", "production"] as const;

export type ExampleEnvironment = (typeof exampleEnvironments)[number];

/** `--control` of the living example. */
export const exampleControl = "hosted:shop-environments#main:gitward";

export interface SeedOptions {
	/** Folder of the repositories that Gitward hosts, each as `<name>.git`. */
	readonly hosted: string;
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
const scratchPrefix = ".seed-";
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
 * Makes the two repositories of the living example where they are missing: `shop`, an application, and `shop-environments`, what runs
 * where. Each appears whole or not at all, so a kill in between is mended by the next start; what is there already is left as it is.
 */
export async function seedExample(options: SeedOptions): Promise<Example> {
	const { hosted } = options;
	await mkdir(hosted, { recursive: true, mode: 0o700 });
	const beside = dirname(hosted);
	for (const name of await readdir(beside)) {
		if (name.startsWith(scratchPrefix)) await rm(join(beside, name), { recursive: true, force: true });
	}
	const scratch = await mkdtemp(join(beside, scratchPrefix));
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
	const target = join(options.hosted, `${name}.git`);
	if (await exists(target)) return;
	const folder = join(scratch, name);
	const bare = join(scratch, `${name}.git`);
	await cp(join(content, name), folder, { recursive: true });
	const git: Git = async (...args) => {
		await options.exec.run("git", args, { cwd: folder, env: isolated, timeoutMs: programLimitMs, ...signalOf(options) });
	};
	await git("init", "--quiet", "--initial-branch=main");
	await commit(folder, git);
	await git("init", "--quiet", "--bare", "--initial-branch=main", bare);
	await git("push", "--quiet", bare, "main", "--tags");
	await rename(bare, target);
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
		const { stdout } = await options.exec.run("git", args, {
			env: isolated,
			okCodes: [0, 128],
			timeoutMs: programLimitMs,
			...signalOf(options),
		});
		ports[environment] = Number(/^port:\s*(?<port>[0-9]+)/mu.exec(stdout.toString())?.groups?.["port"] ?? 0);
	}
	return { dev: ports.dev ?? 0, staging: ports.staging ?? 0, production: ports.production ?? 0 };
}

function signalOf({ signal }: SeedOptions): { readonly signal?: AbortSignal } {
	return signal === undefined ? {} : { signal };
}

async function exists(path: string): Promise<boolean> {
	return (await stat(path).catch(() => undefined)) !== undefined;
}
