import type { EnvironmentView } from "../../../src/core/views/environment.ts";

/** Environments in columns towards production: each stands right of all that it names in `after`. Those in a cycle come last. */
export function columnsOf(environments: readonly EnvironmentView[]): readonly (readonly EnvironmentView[])[] {
	const known = new Set(environments.map(({ name }) => name));
	const placed = new Set<string>();
	const columns: EnvironmentView[][] = [];
	let rest = environments;
	while (rest.length > 0) {
		const column = rest.filter((environment) => environment.after.every((name) => placed.has(name) || !known.has(name)));
		const next = column.length === 0 ? [...rest] : column;
		columns.push(next);
		for (const { name } of next) placed.add(name);
		rest = rest.filter(({ name }) => !placed.has(name));
	}
	return columns;
}
