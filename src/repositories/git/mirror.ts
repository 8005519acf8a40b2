import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { Access } from "./access.ts";
import type { Git } from "./git-command.ts";
import { type GitUrl } from "./git-url.ts";

/** A bare repository of our own that follows another. */
export interface Mirror {
	readonly folder: string;
	/** Makes the empty repository where it is missing; true when it did. */
	ensure(options?: SignalOption): Promise<boolean>;
	/** Fetches refspecs; what git says is thrown as it is. */
	fetch(url: GitUrl, refspecs: readonly string[], access: Access, options: FetchOptions): Promise<void>;
	/** Whether all that its refs lead to can be read. */
	isSound(options: FetchOptions): Promise<boolean>;
	/** Fetches all into a fresh repository and puts it in the place of the old one, which stays until then. */
	rebuild(url: GitUrl, refspecs: readonly string[], access: Access, options: FetchOptions): Promise<void>;
}

export interface FetchOptions extends SignalOption {
	readonly timeoutMs: number;
	/** Whether refs that the origin has no more go away. */
	readonly prune?: boolean;
}

/** A lock that is older than this was left behind by a git that was killed. */
const staleLockMs = 10_000;

export function createMirror(folder: string, git: Git, now: () => number): Mirror {
	async function init(target: string, { signal }: SignalOption = {}, format?: string): Promise<void> {
		const fresh = `${target}.new-${randomUUID()}`;
		try {
			await mkdir(dirname(target), { recursive: true, mode: 0o700 });
			const args = [
				"init",
				"--quiet",
				"--bare",
				"--initial-branch=main",
				"--template=",
				...(format === undefined ? [] : [`--object-format=${format}`]),
				"--end-of-options",
				fresh,
			];
			await git.run(fresh, args, { signal, timeoutMs: 30_000 });
			await rm(target, { recursive: true, force: true });
			await rename(fresh, target);
		} finally {
			await rm(fresh, { recursive: true, force: true });
		}
	}

	async function fetchInto(
		target: string,
		url: GitUrl,
		refspecs: readonly string[],
		access: Access,
		{ prune = false, ...options }: FetchOptions,
	): Promise<void> {
		const address = url.kind === "hosted" ? "" : url.url;
		const flags = [
			"--quiet",
			"--no-progress",
			"--force",
			"--no-tags",
			"--no-write-fetch-head",
			"--no-auto-maintenance",
			"--no-recurse-submodules",
			...(prune ? ["--prune"] : []),
		];
		const args = ["fetch", ...flags, "--end-of-options", address, ...refspecs];
		for (let attempt = 1; ; attempt += 1) {
			try {
				await git.run(target, args, { ...options, env: access.env, secrets: access.secrets });
				return;
			} catch (error) {
				if (attempt > 3 || !(await removeStaleLocks(error, target, now()))) throw error;
			}
		}
	}

	return {
		folder,
		async ensure(options) {
			if (await exists(`${folder}/HEAD`)) return false;
			await init(folder, options);
			return true;
		},
		fetch: (url, refspecs, access, options) => fetchInto(folder, url, refspecs, access, options),
		async isSound({ signal, timeoutMs }) {
			try {
				await git.run(folder, ["rev-list", "--objects", "--all", "--quiet"], { signal, timeoutMs });
				return true;
			} catch (error) {
				if (error instanceof ExecError && error.facts.cause === "failed") return false;
				throw error;
			}
		},
		async rebuild(url, refspecs, access, options) {
			const fresh = `${folder}.new-${randomUUID()}`;
			const old = `${folder}.old-${randomUUID()}`;
			try {
				await init(fresh, options);
				try {
					await fetchInto(fresh, url, refspecs, access, options);
				} catch (error) {
					if (!(error instanceof ExecError) || !/mismatched algorithms|object format/iu.test(error.facts.stderr)) throw error;
					await init(fresh, options, "sha256");
					await fetchInto(fresh, url, refspecs, access, options);
				}
				if (await exists(folder)) await rename(folder, old);
				await rename(fresh, folder);
			} finally {
				await rm(fresh, { recursive: true, force: true });
				await rm(old, { recursive: true, force: true });
			}
		},
	};
}

/** Removes the locks that a failed fetch stumbled over, where they are old; true when another try makes sense. */
async function removeStaleLocks(error: unknown, folder: string, now: number): Promise<boolean> {
	if (!(error instanceof ExecError) || error.facts.cause !== "failed") return false;
	let removed = false;
	for (const [, path = ""] of error.facts.stderr.matchAll(/Unable to create '([^'\n]+\.lock)': File exists/gu)) {
		if (!path.startsWith(`${folder}/`) || path.includes("/../")) continue;
		const age = await stat(path).then(
			({ mtimeMs }) => now - mtimeMs,
			() => 0,
		);
		if (age <= staleLockMs) continue;
		await rm(path, { force: true });
		removed = true;
	}
	return removed;
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT" || error.code === "ENOTDIR") return false;
			throw error;
		},
	);
}

/** Whether a name in the mirrors' folder is one that a killed rebuild left there. */
export function isLeftover(name: string): boolean {
	return /\.(?:new|old)-[0-9a-f-]{36}$/u.test(name);
}
