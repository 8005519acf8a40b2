import type { CommitInfo, SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";

const format = "%H%x00%an%x00%ae%x00%cI%x00%s";
const maxLimit = 1000;

export interface HistoryQuery extends SignalOption {
	readonly to: string;
	readonly from: string | undefined;
	readonly path: string | undefined;
	readonly limit: number;
}

/** Commits reachable from `to` and not from `from`, newest first, that touch a path. */
export async function readHistory(
	git: Git,
	repository: string,
	{ to, from, path, limit, signal }: HistoryQuery,
): Promise<readonly CommitInfo[]> {
	const count = Math.max(0, Math.min(limit, maxLimit));
	const args = [
		"log",
		"-z",
		`--max-count=${count}`,
		`--format=${format}`,
		"--no-show-signature",
		"--end-of-options",
		to,
		...(from === undefined ? [] : [`^${from}`]),
	];
	const paths = path === undefined || path === "" ? [] : [path];
	const { stdout } = await git.run(repository, [...args, "--", ...paths], { signal, timeoutMs: 30_000 });
	const fields = stdout.toString("utf8").split("\0");
	const commits: CommitInfo[] = [];
	for (let at = 0; at + 4 < fields.length; at += 5) {
		const [commit = "", author = "", email = "", time = "", subject = ""] = fields.slice(at, at + 5);
		commits.push({ commit, author, email, time: new Date(time).toISOString(), subject: subject.slice(0, 500), signature: "not-checked" });
	}
	return commits;
}
