/** Hash of a commit. */
export type Oid = string;

/** Where branches and tags stood at one moment; annotated tags lead to what they tag. */
export interface Refs {
	readonly branches: ReadonlyMap<string, Oid>;
	readonly tags: ReadonlyMap<string, Oid>;
}

/** One ref that is not where it was. */
export interface Move {
	readonly kind: "branch" | "tag";
	/** Short name, `feature/a`. */
	readonly name: string;
	readonly before: Oid | undefined;
	readonly after: Oid | undefined;
}

/** Every ref that was created, moved or deleted, by name. */
export function movesBetween(before: Refs, after: Refs): readonly Move[] {
	return [...movesOf("branch", before.branches, after.branches), ...movesOf("tag", before.tags, after.tags)];
}

function movesOf(kind: Move["kind"], before: ReadonlyMap<string, Oid>, after: ReadonlyMap<string, Oid>): readonly Move[] {
	const moves: Move[] = [];
	for (const [name, oid] of after) if (before.get(name) !== oid) moves.push({ kind, name, before: before.get(name), after: oid });
	for (const [name, oid] of before) if (!after.has(name)) moves.push({ kind, name, before: oid, after: undefined });
	return moves.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Full name of a ref. */
export function fullName({ kind, name }: Pick<Move, "kind" | "name">): string {
	return `refs/${kind === "branch" ? "heads" : "tags"}/${name}`;
}
