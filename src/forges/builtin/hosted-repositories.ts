import { randomUUID } from "node:crypto";
import { appendFile, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import { hostingEnvironment } from "./hosting-environment.ts";

/** The Git repositories that this Gitward hosts: bare ones, `<root>/<name>.git`. */
export interface HostedRepositories {
	readonly root: string;
	/** Makes an empty one with the branch main; false where it stands already. Throws `invalid` for a bad name. */
	create(name: string): Promise<boolean>;
	/** Names, sorted. */
	list(): Promise<readonly string[]>;
	has(name: string): Promise<boolean>;
	/** Branches and tags with what they point to, as one text that is the same exactly while none moved. */
	refs(name: string): Promise<string>;
}

const namePattern = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;

/** Whether a hosted repository may have that name. */
export function isHostedName(name: string): boolean {
	return namePattern.test(name);
}

/**
 * Rewriting history and deleting branches is allowed, as it is on other forges; what is pushed is checked for being well formed.
 * git's own clean-up is off, as it would delete commits that are deployed but no longer on a branch.
 */
const configuration = (maxPushBytes: number): string => `[core]
	logAllRefUpdates = true
	hooksPath = /dev/null
	bigFileThreshold = 32m
[receive]
	denyNonFastForwards = false
	denyDeletes = false
	autogc = false
	maxInputSize = ${maxPushBytes}
[receive "fsck"]
	zeroPaddedFilemode = warn
	missingSpaceBeforeDate = warn
	badTimezone = warn
[transfer]
	fsckObjects = true
	hideRefs = refs/gitward
[uploadpack]
	allowFilter = true
[http]
	receivepack = true
	uploadpack = true
	getanyfile = false
[pack]
	threads = 1
	windowMemory = 100m
[gc]
	auto = 0
`;

export function createHostedRepositories(options: {
	readonly root: string;
	readonly exec: Exec;
	readonly maxPushBytes?: number;
}): HostedRepositories {
	const { exec, maxPushBytes = 2 * 1024 * 1024 * 1024 } = options;
	const root = resolve(options.root);

	function folderOf(name: string): string {
		if (isHostedName(name)) return join(root, `${name}.git`);
		throw new AppError(`${JSON.stringify(name.slice(0, 100))} cannot be the name of a hosted repository`, {
			code: "HostedNameInvalid",
			kind: "invalid",
			hint: "Use at most 63 lower-case letters, digits and dashes, starting and ending with a letter or digit.",
		});
	}

	async function has(name: string): Promise<boolean> {
		return isHostedName(name) && (await isFolder(folderOf(name)));
	}

	return {
		root,
		has,
		async create(name) {
			const folder = folderOf(name);
			if (await isFolder(folder)) return false;
			await mkdir(root, { recursive: true, mode: 0o700 });
			const fresh = join(root, `.new-${randomUUID()}`);
			try {
				const env = hostingEnvironment();
				await exec.run("git", ["init", "--quiet", "--bare", "--initial-branch=main", "--template=", "--end-of-options", fresh], {
					env,
					title: "git init",
				});
				await appendFile(join(fresh, "config"), configuration(maxPushBytes));
				await rename(fresh, folder);
				return true;
			} catch (error) {
				// Somebody else was faster: a folder that is not empty is not replaced.
				if (await isFolder(folder)) return false;
				throw error;
			} finally {
				await rm(fresh, { recursive: true, force: true });
			}
		},
		async list() {
			const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
				if (error.code === "ENOENT") return [];
				throw error;
			});
			return entries
				.filter((entry) => entry.isDirectory() && entry.name.endsWith(".git"))
				.map((entry) => entry.name.slice(0, -".git".length))
				.filter(isHostedName)
				.sort();
		},
		async refs(name) {
			const args = ["for-each-ref", "--format=%(objectname) %(refname)"];
			const { stdout } = await exec.run("git", args, {
				env: { ...hostingEnvironment(), GIT_DIR: folderOf(name) },
				title: "git for-each-ref",
				maxOutputBytes: 64 * 1024 * 1024,
			});
			return stdout
				.toString("utf8")
				.split("\n")
				.filter((line) => !line.includes(" refs/gitward/"))
				.join("\n");
		},
	};
}

async function isFolder(path: string): Promise<boolean> {
	return lstat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}
