import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { RepositoryDocument, SecretSource } from "../../core/documents/repository.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { RepositoryAdapter } from "../../ports/repository.ts";
import { isAccessFolder } from "./access.ts";
import { isLeftover } from "./mirror.ts";
import { createOrigin } from "./origin.ts";
import { type Programs, writePrograms } from "./programs.ts";

export interface GitRepositoriesOptions {
	/** Folder of the mirrors; private to this Gitward. */
	readonly mirrors: string;
	/** Folder of hosted repositories, `<name>.git` each. */
	readonly hosted: string;
	/** Where relative paths in `spec.url` start: the folder of the control documents. */
	readonly base?: string;
	readonly exec: Exec;
	readonly credentials: (source: SecretSource) => Promise<Secret>;
	readonly clock: Clock;
	readonly log: Log;
}

/** Repositories that are Git. Opening one does no I/O but tidying up after a kill; what is wrong with its URL or folder shows at `fetch`. */
export function createGitRepositories(options: GitRepositoriesOptions): RepositoryAdapter {
	const { exec, clock, log } = options;
	const mirrors = resolve(options.mirrors);
	const hosted = resolve(options.hosted);
	const scratch = join(mirrors, ".scratch");
	let programs: Promise<Programs> | undefined;
	let cleaned: Promise<void> | undefined;

	return {
		async open(document) {
			cleaned ??= removeLeftovers(mirrors, scratch);
			await cleaned;
			return createOrigin({
				document,
				folder: folderOf(document, mirrors, hosted),
				hosted,
				base: options.base,
				scratch,
				programs() {
					programs ??= writePrograms(scratch).catch((error: unknown) => {
						programs = undefined;
						throw error;
					});
					return programs;
				},
				exec,
				reveal: options.credentials,
				clock,
				log,
			});
		},
	};
}

/** A mirror is named by Repository and URL, so that another URL under the same name never meets the old one's commits. */
function folderOf(document: RepositoryDocument, mirrors: string, hosted: string): string {
	const { url } = document.spec;
	if (/^hosted:[a-z0-9][-a-z0-9]*$/u.test(url)) return join(hosted, `${url.slice("hosted:".length)}.git`);
	return join(mirrors, `${document.metadata.name}-${createHash("sha256").update(url).digest("hex").slice(0, 12)}.git`);
}

/** Removes what a kill in the middle of a fetch or rebuild left. */
async function removeLeftovers(mirrors: string, scratch: string): Promise<void> {
	try {
		await mkdir(scratch, { recursive: true, mode: 0o700 });
		for (const name of await readdir(mirrors)) if (isLeftover(name)) await rm(join(mirrors, name), { recursive: true, force: true });
		for (const name of await readdir(scratch)) if (isAccessFolder(name)) await rm(join(scratch, name), { recursive: true, force: true });
	} catch {
		// A folder that cannot be written shows with the first fetch.
	}
}
