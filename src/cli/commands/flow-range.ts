import { AppError } from "../../core/app-error.ts";
import type { Refs } from "../../core/flow/refs.ts";
import type { Git } from "../git.ts";

interface Range {
	/** `BEFORE..AFTER`. */
	readonly range: string;
	/** --branch. */
	readonly branch: string | undefined;
}

/** Refs as they are, with one branch or tag where the range says that it was and is. */
export async function refsOfRange(
	git: Git,
	refs: Refs,
	{ range, branch }: Range,
): Promise<{ readonly before: Refs; readonly after: Refs }> {
	const at = range.indexOf("..");
	if (at === -1 || range.startsWith("...", at) || range === "..")
		throw new AppError(`${JSON.stringify(range)} is no range`, {
			code: "RangeInvalid",
			kind: "invalid",
			hint: "Write BEFORE..AFTER, such as develop~2..develop; ..release/1.4 for a branch that is new.",
		});
	const [from, to] = [range.slice(0, at), range.slice(at + 2)];
	const moved = branch === undefined ? await refNamed(git, to === "" ? from : to) : { kind: "branches" as const, name: branch };
	const before = from === "" ? undefined : await commitOf(git, from);
	const after = to === "" ? undefined : await commitOf(git, to);
	const others = await withoutEmptyBranches(git, refs, { before, after, moved: moved.name });
	return { before: withRef(others, moved, before), after: withRef(others, moved, after) };
}

interface Named {
	readonly kind: "branches" | "tags";
	readonly name: string;
}

function withRef(refs: Refs, { kind, name }: Named, oid: string | undefined): Refs {
	const changed = new Map(refs[kind]);
	if (oid === undefined) changed.delete(name);
	else changed.set(name, oid);
	return { ...refs, [kind]: changed };
}

/** The branch or tag that a revision names. */
async function refNamed(git: Git, revision: string): Promise<Named> {
	const { text } = await git(["rev-parse", "--verify", "--quiet", "--symbolic-full-name", "--end-of-options", revision], [0, 1, 128]);
	const full = text.split("\n").find((line) => line.startsWith("refs/")) ?? "";
	const found = /^refs\/(?:heads|remotes\/[^/]+)\/(?<branch>.+)$|^refs\/tags\/(?<tag>.+)$/u.exec(full)?.groups;
	if (found?.["tag"] !== undefined) return { kind: "tags", name: found["tag"] };
	if (found?.["branch"] !== undefined) return { kind: "branches", name: found["branch"] };
	await commitOf(git, revision);
	throw new AppError(`${JSON.stringify(revision)} names no branch and no tag`, {
		code: "BranchUnknown",
		kind: "invalid",
		hint: "Say which branch moved: --branch develop.",
	});
}

async function commitOf(git: Git, revision: string): Promise<string> {
	const { text, code } = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`], [0, 1, 128]);
	const oid = text.split("\n").find((line) => /^[0-9a-f]{40,64}$/u.test(line));
	if (code === 0 && oid !== undefined) return oid;
	throw new AppError(`There is no commit ${JSON.stringify(revision)} here`, {
		code: "RevisionNotFound",
		kind: "notFound",
		hint: "Was it fetched? `git fetch --tags` brings what the remote has.",
	});
}

/** Branches that were made where they still stand, and have nothing of their own, were merged nowhere: the reflog tells. */
async function withoutEmptyBranches(
	git: Git,
	refs: Refs,
	{ before, after, moved }: { readonly before: string | undefined; readonly after: string | undefined; readonly moved: string },
): Promise<Refs> {
	if (before === undefined || after === undefined) return refs;
	const { text } = await git(["rev-list", "--first-parent", "--max-count=2000", after, `^${before}`]);
	const fresh = new Set(text.split("\n"));
	const branches = new Map(refs.branches);
	for (const [name, oid] of refs.branches) {
		if (name === moved || !fresh.has(oid)) continue;
		const log = await git(["rev-list", "--walk-reflogs", "--max-count=2", "--end-of-options", `refs/heads/${name}`], [0, 128]);
		if (log.code === 0 && log.text.trim() === oid) branches.delete(name);
	}
	return { ...refs, branches };
}
