import type { ChildView } from "../../../src/core/views/application.ts";

export interface Descendant {
	readonly child: ChildView;
	/** 1 for what belongs to the Object itself. */
	readonly depth: number;
}

const deepest = 10;

/** Everything beneath an Object, each below what it belongs to. */
export function descendants(children: readonly ChildView[], parent: string, depth = 1): readonly Descendant[] {
	if (depth > deepest) return [];
	return children.flatMap((child) => (child.parent === parent ? [{ child, depth }, ...descendants(children, child.key, depth + 1)] : []));
}
