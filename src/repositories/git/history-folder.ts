import type { Refs } from "../../core/flow/refs.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { Clock } from "../../ports/clock.ts";
import type { History } from "../../ports/history.ts";
import type { SignalOption } from "../../ports/repository.ts";
import { createGit } from "./git-command.ts";
import { gitError } from "./git-error.ts";
import { createGitHistory } from "./history-port.ts";
import { createObjectReader } from "./object-reader.ts";
import { parseRefs, refsCommand } from "./refs.ts";

/** A repository on disk that is only read: its refs and its history. */
export interface HistoryFolder {
	readonly history: History;
	/** Branches and tags; with branches that only a remote is known to have, by the name that they have there. */
	refs(options?: SignalOption): Promise<Refs>;
	close(): void;
}

export interface HistoryFolderOptions {
	/** A bare repository, or the .git folder of a working tree. */
	readonly folder: string;
	/** For errors. */
	readonly name: string;
	readonly exec: Exec;
	readonly clock: Clock;
}

/** Opens a repository where it lies, without touching it. */
export function openHistoryFolder({ folder, name, exec, clock }: HistoryFolderOptions): HistoryFolder {
	const git = createGit(exec);
	const reader = createObjectReader({ start: () => git.start(folder, ["cat-file", "--batch"]), clock });
	return {
		history: createGitHistory({ repository: name, git, folder, reader }),
		async refs({ signal } = {}) {
			try {
				const { stdout } = await git.run(folder, refsCommand, { signal, timeoutMs: 30_000, maxOutputBytes: 64 * 1024 * 1024 });
				const text = stdout.toString("utf8");
				const { branches, tags } = await parseRefs(text, async (oid) => (await reader.read(`${oid}^{commit}`, { signal }))?.oid);
				return { branches: new Map([...remoteBranches(text), ...branches]), tags };
			} catch (error) {
				throw gitError(error, name, "reading refs");
			}
		},
		close: () => reader.close(),
	};
}

/** Branches of remotes by their own names; `origin` goes before others. */
function remoteBranches(text: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const line of text.split("\n")) {
		const [, oid, remote, branch] = /^([0-9a-f]+) commit .*?refs\/remotes\/([^/]+)\/(.+)$/u.exec(line) ?? [];
		if (oid === undefined || branch === undefined || branch === "HEAD") continue;
		if (remote === "origin" || !found.has(branch)) found.set(branch, oid);
	}
	return found;
}
