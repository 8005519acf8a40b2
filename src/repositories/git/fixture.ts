import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type RepositoryDocument, repositorySchema } from "../../core/documents/repository.ts";
import { createExec, type Exec } from "../../lib/exec/exec.ts";
import { Secret } from "../../lib/secret.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { createGitRepositories, type GitRepositoriesOptions } from "./repositories.ts";

/** Real time. */
export const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	after(ms, run) {
		const timer = setTimeout(run, ms).unref();
		return () => clearTimeout(timer);
	},
};

/** Keeps what was logged. */
export function createMemoryLog(): Log & { readonly lines: string[] } {
	const lines: string[] = [];
	const add = (message: string, keys: Readonly<Record<string, unknown>> = {}): void => {
		lines.push(`${message} ${JSON.stringify(keys)}`);
	};
	return { lines, debug: add, info: add, warn: add, error: add };
}

/** A repository with a working tree, as a developer has it. */
export interface WorkTree {
	readonly folder: string;
	git(...args: readonly string[]): Promise<string>;
	/** Writes files (null deletes, `-> target` links) and commits; gives the commit. */
	commit(files: Readonly<Record<string, string | Buffer | null>>, message?: string): Promise<string>;
}

export interface Fixture {
	/** Temporary folder, without symbolic links in its path. */
	readonly folder: string;
	readonly exec: Exec;
	worktree(name: string): Promise<WorkTree>;
	/** Adapter over `<folder>/mirrors` and `<folder>/hosted`. */
	repositories(options?: Partial<GitRepositoriesOptions>): ReturnType<typeof createGitRepositories>;
	readonly log: ReturnType<typeof createMemoryLog>;
	remove(): Promise<void>;
}

const identity = {
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_AUTHOR_NAME: "Ada",
	GIT_AUTHOR_EMAIL: "ada@example.com",
	GIT_COMMITTER_NAME: "Ada",
	GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** Real repositories in a temporary folder. */
export async function createFixture(): Promise<Fixture> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), "git-")));
	const path = process.env["PATH"] ?? "";
	const developer = createExec({ environment: { PATH: path, HOME: folder, ...identity } });
	const exec = createExec({ environment: { PATH: path, HOME: folder } });
	const log = createMemoryLog();
	return {
		folder,
		exec,
		log,
		async worktree(name) {
			const tree = join(folder, name);
			const git = async (...args: readonly string[]): Promise<string> =>
				(await developer.run("git", args, { cwd: tree })).stdout.toString().trimEnd();
			await mkdir(tree, { recursive: true });
			await git("init", "--quiet", "--initial-branch=main");
			return {
				folder: tree,
				git,
				async commit(files, message = "change") {
					for (const [file, content] of Object.entries(files)) {
						const target = join(tree, file);
						await rm(target, { recursive: true, force: true });
						if (content === null) continue;
						await mkdir(dirname(target), { recursive: true });
						if (typeof content === "string" && content.startsWith("-> ")) await symlink(content.slice(3), target);
						else await writeFile(target, content);
					}
					await git("add", "--all");
					await git("commit", "--quiet", "--allow-empty", "-m", message);
					return git("rev-parse", "HEAD");
				},
			};
		},
		repositories: (options = {}) =>
			createGitRepositories({
				mirrors: join(folder, "mirrors"),
				hosted: join(folder, "hosted"),
				base: folder,
				exec,
				credentials: async () => new Secret(""),
				clock,
				log,
				...options,
			}),
		remove: () => rm(folder, { recursive: true, force: true }),
	};
}

/** A Repository document as validation gives it. */
export function repositoryDocument(name: string, spec: Readonly<Record<string, unknown>>): RepositoryDocument {
	return repositorySchema.parse({ apiVersion: "gitward.dev/v1", kind: "Repository", metadata: { name }, spec });
}
