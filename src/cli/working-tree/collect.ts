import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkingTreeBody } from "../../api/schemas.ts";
import { AppError } from "../../core/app-error.ts";
import { parseRevision } from "../../core/revision.ts";
import type { RepositoryView } from "../../core/views/repository.ts";
import type { Git } from "../git.ts";

const mostFiles = 10_000;
const mostBytes = 23 * 1024 * 1024;

/** What a working tree differs in from the commit that the server knows, with what the user should know about it. */
export async function collectWorkingTree(
	git: Git,
	root: string,
	repository: RepositoryView,
): Promise<{ readonly body: WorkingTreeBody; readonly warnings: readonly string[] }> {
	const warnings: string[] = [];
	const { base, fork } = await findBase(git, repository, warnings);
	const changed = await names(git, ["diff", "--name-only", "--no-renames", "--ignore-submodules", "-z", fork, "--"]);
	const untracked = await names(git, ["ls-files", "--others", "--exclude-standard", "-z"]);
	const paths = [...new Set([...changed, ...untracked])].toSorted();
	if (base !== fork) await warnOfOverlap(git, { fork, base, paths, warnings });
	if (paths.length > mostFiles) throw tooMuch(`${paths.length} files differ from what Gitward knows`);
	const files: WorkingTreeBody["files"] = [];
	let bytes = 0;
	for (const path of paths) {
		const content = await contentOf(join(root, path));
		if (content === "other") {
			warnings.push(`${path} is a symbolic link or no plain file: it is left out`);
			continue;
		}
		bytes += content?.length ?? 0;
		if (bytes > mostBytes) throw tooMuch("the changed files have more than 23 MiB");
		files.push({ path, content: content?.toString("base64") ?? null });
	}
	return { body: { repository: repository.name, base, files }, warnings };
}

/** The commit that the server has, and the one where this working tree left its line. */
async function findBase(
	git: Git,
	repository: RepositoryView,
	warnings: string[],
): Promise<{ readonly base: string; readonly fork: string }> {
	const known = repository.revision === undefined ? undefined : parseRevision(repository.revision)?.commit;
	if (known === undefined) {
		throw new AppError(`Gitward could not read the Repository ${repository.name} yet`, {
			code: "RepositoryNotReady",
			kind: "unavailable",
			hint: `\`gitward get repositories ${repository.name}\` tells why.`,
		});
	}
	if ((await git(["cat-file", "-e", `${known}^{commit}`], [0, 1, 128])).code === 0) {
		const fork = await mergeBase(git, known);
		if (fork !== undefined) return { base: known, fork };
	}
	const remote = (await git(["for-each-ref", "--format=%(refname)", `refs/remotes/*/${repository.ref}`])).text.split("\n")[0] ?? "";
	const fork = remote === "" ? undefined : await mergeBase(git, remote);
	if (fork === undefined) {
		throw new AppError(`This clone shares no commit with ${repository.revision} of ${repository.name}`, {
			code: "NoCommonCommit",
			kind: "conflict",
			hint: "Run `git fetch` first.",
		});
	}
	warnings.push(`Gitward knows newer commits of ${repository.name} than this clone; run \`git fetch\` for an exact plan`);
	return { base: fork, fork };
}

async function mergeBase(git: Git, other: string): Promise<string | undefined> {
	const { text, code } = await git(["merge-base", "HEAD", other], [0, 1, 128]);
	return code === 0 ? text.trim() : undefined;
}

async function warnOfOverlap(
	git: Git,
	options: { readonly fork: string; readonly base: string; readonly paths: readonly string[]; readonly warnings: string[] },
): Promise<void> {
	const { fork, base, paths, warnings } = options;
	const theirs = new Set(await names(git, ["diff", "--name-only", "--no-renames", "-z", fork, base, "--"]));
	const both = paths.filter((path) => theirs.has(path));
	if (both.length > 0)
		warnings.push(
			`${both.slice(0, 5).join(", ")}${both.length > 5 ? " …" : ""} changed upstream too: the plan takes them as they are here; rebase for an exact one`,
		);
}

async function names(git: Git, args: readonly string[]): Promise<readonly string[]> {
	return (await git(args)).text.split("\0").filter((each) => each !== "");
}

async function contentOf(file: string): Promise<Buffer | null | "other"> {
	try {
		const stat = await lstat(file);
		if (!stat.isFile()) return "other";
		return stat.size > mostBytes ? Buffer.alloc(mostBytes + 1) : await readFile(file);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return null;
		throw error;
	}
}

function tooMuch(what: string): AppError {
	return new AppError(`There is too much to plan: ${what}`, {
		code: "WorkingTreeTooLarge",
		kind: "invalid",
		hint: "Commit and push a branch instead, or add what is not meant to .gitignore.",
	});
}
