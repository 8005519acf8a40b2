import { AppError } from "../../core/app-error.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";
import type { GitUrl } from "./git-url.ts";
import type { Objects } from "./objects.ts";
import { parseSubmodules, submoduleUrl } from "./submodules.ts";

export interface SubmoduleOptions extends SignalOption {
	readonly commit: string;
	/** URL of the repository that the commit belongs to. */
	readonly root: GitUrl;
	readonly hosted: string;
	readonly git: Git;
	readonly folder: string;
	readonly objects: Objects;
}

const maxDepth = 5;
const maxSubmodules = 100;
const maxGitmodules = 1024 * 1024;

/**
 * Brings the commits of all submodules of a commit into the same bare repository, so that they are read like folders. `fetch` gets
 * one commit from one URL; it is called for those only that are not there yet.
 */
export async function fetchSubmodules(options: SubmoduleOptions, fetch: (url: GitUrl, commit: string) => Promise<void>): Promise<void> {
	const { git, folder, objects, hosted } = options;
	const signals: SignalOption = options.signal === undefined ? {} : { signal: options.signal };
	let count = 0;

	async function entryAt(root: string, path: string) {
		let oid = root;
		const parts = path.split("/");
		for (const [index, part] of parts.entries()) {
			const entry = (await objects.tree(oid, signals)).get(part);
			if (index === parts.length - 1 || entry?.type !== "folder") return index === parts.length - 1 ? entry : undefined;
			oid = entry.oid;
		}
		return undefined;
	}

	async function visit(commit: string, parent: GitUrl, depth: number): Promise<void> {
		const root = (await objects.commit(commit, signals))?.tree;
		const file = root === undefined ? undefined : (await objects.tree(root, signals)).get(".gitmodules");
		if (root === undefined || file?.type !== "file") return;
		await objects.blob(file.oid, ".gitmodules", maxGitmodules, signals);
		const { stdout } = await git.run(folder, ["config", "-z", "--no-includes", "--list", "--blob", file.oid], {
			...signals,
			timeoutMs: 30_000,
		});
		for (const { path, url } of parseSubmodules(stdout.toString("utf8"))) {
			const entry = await entryAt(root, path);
			if (entry?.type !== "submodule") continue;
			count += 1;
			if (depth > maxDepth || count > maxSubmodules) {
				throw new AppError(`The repository has more than ${maxSubmodules} submodules, or more than ${maxDepth} inside each other`, {
					code: "SubmodulesTooMany",
					kind: "invalid",
				});
			}
			const address = submoduleUrl(url, parent, hosted);
			if ((await objects.commit(entry.oid, signals)) === undefined) await fetch(address, entry.oid);
			await visit(entry.oid, address, depth + 1);
		}
	}

	await visit(options.commit, options.root, 1);
}
