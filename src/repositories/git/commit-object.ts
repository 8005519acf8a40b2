/** What is read of a commit object. */
export interface GitCommit {
	readonly tree: string;
	readonly parents: readonly string[];
	readonly author: string;
	readonly email: string;
	/** ISO 8601, when it was committed. */
	readonly time: string;
	readonly subject: string;
	readonly isSigned: boolean;
}

/** Parses a commit object, or gives undefined where it is malformed. */
export function parseCommit(content: Buffer): GitCommit | undefined {
	const gap = content.indexOf("\n\n");
	const end = gap === -1 ? content.length : gap;
	const latin = /^encoding (?:iso-?8859-?1|latin-?1|windows-1252)$/imu.test(content.toString("latin1", 0, end));
	const decode = (from: number, to: number): string => content.toString(latin ? "latin1" : "utf8", from, to);
	const lines = decode(0, end).split("\n");
	const tree = lines[0]?.startsWith("tree ") === true ? lines[0].slice(5) : undefined;
	if (tree === undefined || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(tree)) return undefined;
	const author = person(lines, "author");
	const committer = person(lines, "committer");
	const message = decode(end, Math.min(content.length, end + 4096)).trimStart();
	return {
		tree,
		parents: lines.filter((line) => line.startsWith("parent ")).map((line) => line.slice(7)),
		author: author.name,
		email: author.email,
		time: new Date(committer.seconds * 1000).toISOString(),
		subject: (message.split("\n", 1)[0] ?? "").slice(0, 500),
		isSigned: lines.some((line) => /^gpgsig(?:-sha256)? /u.test(line)),
	};
}

function person(lines: readonly string[], role: string): { readonly name: string; readonly email: string; readonly seconds: number } {
	const line = lines.find((each) => each.startsWith(`${role} `))?.slice(role.length + 1) ?? "";
	const match = /^(?<name>.*?) ?<(?<email>[^<>]*)>(?: (?<seconds>\d{1,11}))?/u.exec(line)?.groups;
	return {
		name: (match?.["name"] ?? "").slice(0, 200),
		email: (match?.["email"] ?? "").slice(0, 200),
		seconds: Number(match?.["seconds"] ?? 0),
	};
}
