import type { ResourceType } from "./client.ts";

/** The types of resources of one server, at one time. */
export interface Catalog {
	find(group: string, kind: string, version?: string): ResourceType | undefined;
	/** Each kind in its preferred version. */
	readonly all: readonly ResourceType[];
	/** Whether the server could not tell all of a group: what is not found there may exist all the same. */
	isIncomplete(group: string): boolean;
}

/** `types` in the server's order of preference. */
export function createCatalog(types: readonly ResourceType[], incomplete: ReadonlySet<string>): Catalog {
	const byKind = Map.groupBy(types, ({ group, kind }) => `${group}/${kind}`);
	return {
		all: [...byKind.values()].flatMap(([preferred]) => preferred ?? []),
		find(group, kind, version) {
			const versions = byKind.get(`${group}/${kind}`);
			return version === undefined ? versions?.[0] : versions?.find((type) => type.version === version);
		},
		isIncomplete: (group) => incomplete.has(group),
	};
}
