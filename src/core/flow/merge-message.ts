/** What the message of a merge commit says was merged, and where to. */
export interface MergeHint {
	readonly source?: string;
	readonly into?: string;
}

/** A name may hold quotes itself; a branch of a remote or of a fork goes without its owner. */
const name = "(?<source>\\S{1,255}?)";
const owned = "[^\\s/:]{1,255}[/:](?<source>\\S{1,255}?)";
const rest = "(?: of \\S+)?(?: into \\S+)?$";
const sources: readonly RegExp[] = [
	new RegExp(`^Merge branch '${name}'${rest}`, "u"),
	new RegExp(`^Merge remote-tracking branch '${owned}'${rest}`, "u"),
	// GitHub; Gitea.
	new RegExp(`^Merge pull request #\\d+ from ${owned}$`, "u"),
	new RegExp(`^Merge pull request '.*' \\(#\\d+\\) from ${name} into \\S+$`, "u"),
	// Bitbucket; GitLab's is git's own.
	new RegExp(`^Merged in ${name} \\(pull request #\\d+\\)$`, "u"),
];

/** Reads the message that git and forges write for a merge. A person may have written it: a hint, no proof. */
export function readMergeMessage(message: string): MergeHint {
	const [title = ""] = message.split("\n", 1);
	const source = sources.map((pattern) => pattern.exec(title)?.groups?.["source"]).find((each) => each !== undefined);
	const into = /^Merge .* into '?(?<into>\S{1,255}?)'?$/u.exec(title)?.groups?.["into"];
	return { ...(source === undefined ? {} : { source }), ...(into === undefined ? {} : { into }) };
}
