/** The first circle in a graph of names, with its first name again at the end, or undefined. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
	const done = new Set<string>();
	for (const start of edges.keys()) {
		const path: string[] = [];
		const onPath = new Set<string>();
		const stack: { readonly name: string; readonly next: Iterator<string> }[] = [];
		const enter = (name: string): void => {
			path.push(name);
			onPath.add(name);
			stack.push({ name, next: (edges.get(name) ?? [])[Symbol.iterator]() });
		};
		if (!done.has(start)) enter(start);
		for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
			const { value, done: isOver } = top.next.next();
			if (isOver === true) {
				stack.pop();
				path.pop();
				onPath.delete(top.name);
				done.add(top.name);
			} else if (onPath.has(value)) {
				return [...path.slice(path.indexOf(value)), value];
			} else if (!done.has(value)) {
				enter(value);
			}
		}
	}
	return undefined;
}
