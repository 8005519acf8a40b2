import type { DriftRule } from "../../../core/documents/environment.ts";
import { every, type FieldPath, parseFieldPath } from "./fields.ts";

/** Field paths as a tree: what is beneath an end is ignored. */
export interface PathTree {
	readonly isEnd: boolean;
	readonly every: PathTree | undefined;
	readonly fields: ReadonlyMap<string, PathTree>;
}

/** What drift rules leave to others. */
export interface Ignored {
	readonly paths: PathTree;
	/** Globs of field managers. */
	readonly managers: readonly string[];
}

/** Most sets of rules that are kept ready; beyond, all are made anew. */
const mostKept = 1000;
const kept = new Map<string, Ignored>();

/**
 * What these rules leave to others; undefined where that is nothing. A path that cannot be read leaves nothing: it is told where the Object is
 * applied, and must not stop who watches thousands of others.
 */
export function ignoredBy(rules: readonly DriftRule[]): Ignored | undefined {
	if (rules.length === 0) return undefined;
	const ignoring = rules.filter(({ mode }) => mode === "ignore");
	const fields = ignoring.flatMap((rule) => rule.fields);
	const managers = ignoring.flatMap((rule) => rule.managers);
	if (fields.length === 0 && managers.length === 0) return undefined;
	const id = JSON.stringify([fields, managers]);
	let ignored = kept.get(id);
	if (ignored === undefined) {
		ignored = { paths: treeOf(fields.flatMap(readable)), managers };
		if (kept.size >= mostKept) kept.clear();
		kept.set(id, ignored);
	}
	return ignored;
}

function readable(text: string): readonly FieldPath[] {
	try {
		return [parseFieldPath(text)];
	} catch {
		return [];
	}
}

/** The tree of paths. */
export function treeOf(paths: readonly FieldPath[]): PathTree {
	const here = paths.filter(([first]) => first !== undefined);
	const isEnd = here.length < paths.length;
	const below = Map.groupBy(here, ([first]) => (first === every ? every : String(first)));
	const all = below.get(every);
	const fields = new Map<string, PathTree>();
	for (const [name, members] of below) {
		// What holds for every entry holds for a named one too.
		if (name !== every) fields.set(name, treeOf([...members, ...(all ?? [])].map((path) => path.slice(1))));
	}
	return { isEnd, every: all === undefined ? undefined : treeOf(all.map((path) => path.slice(1))), fields };
}

/** The part of a tree beneath a name or a place in a list. */
export function beneath(tree: PathTree | undefined, name: string): PathTree | undefined {
	return tree === undefined ? undefined : (tree.fields.get(name) ?? tree.every);
}
