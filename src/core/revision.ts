/** An immutable point in a Repository, `main@sha1:<40 hex>`. */
export type Revision = string;

export interface RevisionParts {
	/** The name that was followed: branch, tag, range or commit. */
	readonly ref: string;
	readonly algorithm: "sha1" | "sha256";
	readonly commit: string;
}

const pattern = /^(?<ref>.+)@(?<algorithm>sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/u;

export function formatRevision(ref: string, commit: string): Revision {
	return `${ref}@${commit.length === 64 ? "sha256" : "sha1"}:${commit}`;
}

/** Parts of a Revision, or undefined where the text is none. */
export function parseRevision(revision: Revision): RevisionParts | undefined {
	const groups = pattern.exec(revision)?.groups;
	if (groups?.ref === undefined || groups.algorithm === undefined) return undefined;
	const [algorithm, commit] = groups.algorithm.split(":") as ["sha1" | "sha256", string];
	return { ref: groups.ref, algorithm, commit };
}

/** For people: `main@1a2b3c4`. What is no Revision stays as it is. */
export function shortRevision(revision: Revision): string {
	const parts = parseRevision(revision);
	return parts === undefined ? revision : `${parts.ref}@${parts.commit.slice(0, 7)}`;
}
