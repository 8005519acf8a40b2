import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { ApplicationSummary } from "../../src/core/views/application.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import { compose } from "../../src/server.ts";
import { quiet } from "./quiet.ts";

const run = promisify(execFile);

/** What a commit does to files: text to write, or null to delete. */
export type Files = Readonly<Record<string, string | null>>;

/** A Git repository of a user, with a work tree beside it. */
export interface UserRepository {
	readonly url: string;
	/** Commits and pushes; gives the commit. */
	push(files: Files, message?: string): Promise<string>;
	git(...args: readonly string[]): Promise<string>;
}

/** A Gitward over real Git, a real store and the host driver, in a folder of its own. */
export interface World {
	readonly folder: string;
	/** Root of the Environment `dev`. */
	readonly root: string;
	readonly repository: UserRepository;
	engine(): Engine;
	/** Writes the control documents (YAML by file name). */
	control(files: Files): Promise<void>;
	start(): Promise<void>;
	stop(): Promise<void>;
	/** Removes everything that a stopped Gitward kept. */
	loseState(): Promise<void>;
	application(name: string): ApplicationSummary;
	/** Waits until the condition holds; fails with the last states after `ms`. */
	until(what: string, condition: () => boolean | Promise<boolean>, ms?: number): Promise<void>;
	settled(name: string): Promise<void>;
	live(path: string): Promise<string | undefined>;
}

const identity = {
	GIT_AUTHOR_NAME: "Ada",
	GIT_AUTHOR_EMAIL: "ada@example.com",
	GIT_COMMITTER_NAME: "Ada",
	GIT_COMMITTER_EMAIL: "ada@example.com",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_CONFIG_NOSYSTEM: "1",
};

/** Makes a bare repository and a work tree that pushes to it. */
export async function userRepository(folder: string, name: string): Promise<UserRepository> {
	const bare = join(folder, `${name}.git`);
	const work = join(folder, name);
	const git = async (...args: readonly string[]): Promise<string> =>
		(await run("git", ["-C", work, ...args], { env: { ...process.env, ...identity } })).stdout.trim();
	await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
	await run("git", ["init", "--quiet", "--initial-branch=main", work]);
	await git("remote", "add", "origin", bare);
	return {
		url: bare,
		git,
		async push(files, message = "change") {
			for (const [path, text] of Object.entries(files)) {
				const file = join(work, path);
				if (text === null) await rm(file, { recursive: true, force: true });
				else {
					await mkdir(dirname(file), { recursive: true });
					await writeFile(file, text);
				}
			}
			await git("add", "--all");
			await git("commit", "--quiet", "--allow-empty", "--message", message);
			await git("push", "--quiet", "--force", "origin", "HEAD:main");
			return git("rev-parse", "HEAD");
		},
	};
}

/** A File manifest of the host driver. */
export function fileManifest(name: string, content: string, annotations?: Readonly<Record<string, string>>): string {
	return JSON.stringify({
		apiVersion: "host.gitward.dev/v1",
		kind: "File",
		metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
		spec: { content },
	});
}

/** The usual documents: one Repository `config`, one Environment `dev`, and an Application per path. */
export function documents(
	url: string,
	applications: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
	policy: Readonly<Record<string, unknown>> = {},
	target: Readonly<Record<string, unknown>> = { host: { root: "./live" } },
): string {
	const all = [
		{ apiVersion: "gitward.dev/v1", kind: "Repository", metadata: { name: "config" }, spec: { url, poll: "200ms" } },
		{
			apiVersion: "gitward.dev/v1",
			kind: "Environment",
			metadata: { name: "dev" },
			spec: { target, policy },
		},
		...Object.entries(applications).map(([name, spec]) => ({
			apiVersion: "gitward.dev/v1",
			kind: "Application",
			metadata: { name },
			spec: { repository: "config", path: name, environment: "dev", ...spec },
		})),
	];
	return all.map((document) => JSON.stringify(document)).join("\n---\n");
}

/** Makes a World that is cleaned up when the test ends. */
export async function createWorld(options: { readonly clock?: Clock; readonly log?: Log } = {}): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-world-"));
	const repository = await userRepository(folder, "config");
	const controlFolder = join(folder, "control");
	const root = join(controlFolder, "live");
	await mkdir(controlFolder, { recursive: true });
	let engine: Engine | undefined;
	const running = (): Engine => {
		if (engine === undefined) throw new Error("the world was not started");
		return engine;
	};
	let closeStore = async (): Promise<void> => {};

	const world: World = {
		folder,
		root,
		repository,
		engine: running,
		async control(files) {
			for (const [path, text] of Object.entries(files)) {
				if (text === null) await rm(join(controlFolder, path), { force: true });
				else await writeFile(join(controlFolder, path), text);
			}
		},
		async start() {
			const composed = await compose({
				control: controlFolder,
				state: join(folder, "state"),
				environment: process.env,
				clock: options.clock ?? systemClock,
				log: options.log ?? quiet,
			});
			({ engine } = composed);
			closeStore = composed.close;
			await engine.start();
		},
		async stop() {
			await closeStore();
			closeStore = async () => {};
			engine = undefined;
		},
		loseState: () => rm(join(folder, "state"), { recursive: true, force: true }),
		application(name) {
			const found = running()
				.operations.applications()
				.find((application) => application.name === name);
			if (found === undefined) throw new Error(`no application ${name}`);
			return found;
		},
		async until(what, condition, ms = 10_000) {
			const end = performance.now() + ms;
			for (;;) {
				if (await condition()) return;
				if (performance.now() > end) {
					throw new Error(
						`not within ${ms} ms: ${what}\n${JSON.stringify([running().operations.control(), ...running().operations.applications()], undefined, 1)}`,
					);
				}
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
		},
		async settled(name) {
			await running().operations.settled(name, { signal: AbortSignal.timeout(20_000) });
		},
		async live(path) {
			try {
				return await readFile(join(root, path), "utf8");
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
				throw error;
			}
		},
	};
	onTestFinished(async () => {
		await closeStore();
		await rm(folder, { recursive: true, force: true });
	});
	return world;
}
