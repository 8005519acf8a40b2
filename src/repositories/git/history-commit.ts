import type { CommitFacts } from "../../core/flow/questions.ts";
import { parseCommit } from "./commit-object.ts";

const maxMessage = 4096;

/** What recognition reads of a commit object; undefined where it is malformed. */
export function parseFacts(oid: string, content: Buffer): CommitFacts | undefined {
	const commit = parseCommit(content);
	if (commit === undefined) return undefined;
	const gap = content.indexOf("\n\n");
	const end = gap === -1 ? content.length : gap;
	const authored = /^author .*> (?<seconds>\d{1,11}) /mu.exec(content.toString("latin1", 0, end))?.groups?.["seconds"];
	return {
		oid,
		tree: commit.tree,
		parents: commit.parents,
		author: commit.author,
		email: commit.email,
		authored: Number(authored ?? 0),
		message: content.toString("utf8", Math.min(end + 2, content.length), Math.min(end + 2 + maxMessage, content.length)),
	};
}
